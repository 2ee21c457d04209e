package io.retort.web.cli;

import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelIntegrityException;
import io.retort.encoder.ModelManifest;
import io.retort.web.ExitCode;
import io.retort.web.rooms.OnnxModelSource;
import io.retort.web.rooms.ProgramVersion;
import java.util.Map;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "version", description = "Print the versions of program and models.")
final class VersionVerb extends Verb {
  VersionVerb(Program program) {
    super(program);
  }

  @Override
  public Integer call() {
    ObjectNode version =
        Json.object()
            .put("version", ProgramVersion.current())
            .put("java", System.getProperty("java.runtime.version"));
    int code = ExitCode.DONE;
    try {
      ModelManifest manifest = ModelDirectory.open(settings(Map.of()).modelsDir()).manifest();
      version
          .putObject("model")
          .put("name", manifest.config().name())
          .put("fingerprint", OnnxModelSource.fingerprint(manifest))
          .put("files", manifest.files().size());
    } catch (ModelIntegrityException e) {
      terminal().err().println("retort version: " + e.getMessage());
      version.putNull("model");
      code = ExitCode.RESERVATION;
    }
    if (json()) {
      print(version);
    } else {
      print("Retort " + version.path("version").asString());
      print("Java " + version.path("java").asString());
      if (version.path("model").isObject()) {
        print(
            "Model %s %s"
                .formatted(
                    version.path("model").path("name").asString(),
                    version.path("model").path("fingerprint").asString()));
      }
    }
    return code;
  }
}
