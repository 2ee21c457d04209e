package io.retort.web.cli;

import io.retort.web.UsageException;
import io.retort.web.settings.RetortSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "demo",
    description =
        "Ingest the bundled collection \"sample\", then run the service in the foreground.")
final class DemoVerb extends Verb {
  private static final String COLLECTION = "sample";
  private static final String QUESTIONS = "sample-qa";

  @Mixin private ServeFlags flags = new ServeFlags();

  DemoVerb(Program program) {
    super(program);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path samples = samples();
    RetortSettings settings = settings(flags.settings());
    try (OwnService service = OwnService.forEverybody(program(), settings)) {
      note("Starting; data in " + settings.dataDir());
      service.server().awaitOpened();
      Replies.Health health = service.api().health();
      if (!health.ready()) {
        throw new UnreachableException(
            "the service is not ready (" + health.reason() + "); retort doctor tells more");
      }
      Api api = service.api();
      Replies.Status status = Json.read(api.get("/admin/status"), Replies.Status.class);
      note("Retort " + status.version() + " · models verified · " + status.device());
      Ingestion.Outcome outcome = ingest(api, samples);
      api.put("/evaluations/datasets/" + QUESTIONS, samples.resolveSibling("questions.jsonl"));
      ObjectNode document = Json.object();
      document.set("collection", api.get("/collections/" + COLLECTION));
      document.set("jobs", Json.list(outcome.jobs()));
      ServeVerb.announce(this, service, settings, document);
      return ServeVerb.untilStopped();
    }
  }

  private Ingestion.Outcome ingest(Api api, Path samples) throws IOException, InterruptedException {
    var progress =
        new ProgressLine(
            terminal(), quiet(), "Collection \"" + COLLECTION + "\"", System::nanoTime);
    var ingestion = new Ingestion(api, progress);
    ingestion.createIfMissing(COLLECTION, "Sample documents");
    FileSelection selection =
        FileSelection.of(
            List.of(samples.toString()),
            Globs.of("--include", List.of()),
            Globs.of("--exclude", List.of()));
    Ingestion.Outcome outcome = ingestion.run(COLLECTION, selection, true);
    outcome.complaints().forEach(line -> terminal().err().println(line));
    return outcome;
  }

  /** They lie beside the program, in a checkout as in a release archive. */
  private static Path samples() {
    Path samples =
        Path.of(System.getProperty("retort.home", ""))
            .resolve("data/samples/documents")
            .toAbsolutePath()
            .normalize();
    if (!Files.isDirectory(samples)) {
      throw new UsageException("the sample documents are missing: there is no folder " + samples);
    }
    return samples;
  }
}
