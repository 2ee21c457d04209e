package io.retort.web.cli;

import io.retort.web.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a service does in its first minute, in a data directory of its own that is gone afterwards.
 * The launcher runs it in a JVM that records into an ahead-of-time cache (JEP 514) what all that
 * loads, so that later starts need not find, verify and link it again.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description = "Start, ingest, search and answer once, then leave nothing behind.")
final class RehearseVerb extends Verb {
  private static final String COLLECTION = "rehearsal";
  private static final String TEXT =
      "# Lantern room\n\nThe keeper trims the lamp at dusk. The lens was ground in Dublin in 1867.\n";

  RehearseVerb(Program program) {
    super(program);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path data = Files.createTempDirectory("retort-rehearsal");
    try (OwnService service =
        OwnService.forOneVerb(program(), flags -> settings(within(data, flags)))) {
      rehearse(service.api());
      return ExitCode.DONE;
    } finally {
      FileSystemUtils.deleteRecursively(data);
    }
  }

  private static Map<String, String> within(Path data, Map<String, String> flags) {
    var all = new HashMap<>(flags);
    all.put("retort.data-dir", data.toString());
    return all;
  }

  private void rehearse(Api api) throws IOException, InterruptedException {
    api.post("/collections", Json.object().put("id", COLLECTION));
    ObjectNode body = Json.object();
    body.putArray("documents")
        .addObject()
        .put("path", "lantern.md")
        .put("media_type", "text/markdown")
        .put("text", TEXT);
    var watch = new JobWatch(api, new ProgressLine(terminal(), true, COLLECTION, System::nanoTime));
    watch.add(api.post("/collections/" + COLLECTION + "/documents", body));
    watch.await(1);
    ObjectNode question =
        Json.object().put("question", "Where was the lens ground?").put("collection", COLLECTION);
    JsonNode answer = api.stream("/answers", question, (_, _) -> {});
    note("answered: " + answer.path("answer").asString("nothing"));
  }
}
