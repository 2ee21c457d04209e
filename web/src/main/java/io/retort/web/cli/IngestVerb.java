package io.retort.web.cli;

import io.retort.web.ExitCode;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "ingest",
    description = "Add files and folders to a collection, wait, and list what failed and why.",
    footer = {
      "",
      "A file in a folder keeps its path from that folder on; symbolic links in it are not"
          + " followed.",
      "A GLOB without / is about a name, one with / about the path from the folder on.",
      "With --json: a list of the jobs, one for each request, with their files."
    })
final class IngestVerb extends ServiceVerb {
  @Parameters(paramLabel = "PATH", arity = "1..*", description = "files and folders")
  private List<String> paths = List.of();

  @Mixin private CollectionFlag collection = new CollectionFlag();

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description = "take only such files of a folder; may be repeated")
  private List<String> include = List.of();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "leave out such files and folders of a folder; may be repeated")
  private List<String> exclude = List.of();

  @Option(names = "--no-wait", description = "end as soon as the files are accepted")
  private boolean noWait;

  private FileSelection selection = FileSelection.NONE;

  IngestVerb(Program program) {
    super(program);
  }

  @Override
  void check() throws IOException {
    selection =
        FileSelection.of(paths, Globs.of("--include", include), Globs.of("--exclude", exclude));
  }

  @Override
  int run(Api api) throws IOException, InterruptedException {
    if (selection.links() > 0) {
      note(selection.links() + " symbolic links were not followed");
    }
    String target = collection.value(api);
    var progress =
        new ProgressLine(terminal(), quiet(), "Collection \"" + target + "\"", System::nanoTime);
    var ingestion = new Ingestion(api, progress);
    if (!noWait) {
      requireWork(api);
    }
    if (ingestion.createIfMissing(target, target)) {
      note("made the collection " + target);
    }
    Ingestion.Outcome outcome = ingestion.run(target, selection, !noWait);
    outcome.complaints().forEach(line -> terminal().err().println(line));
    if (json()) {
      print(Json.list(outcome.jobs()));
    } else {
      for (ObjectNode job : outcome.jobs()) {
        print(JobsVerb.summary(Json.read(job, Replies.Job.class)));
      }
    }
    if (noWait && alone()) {
      note("no service runs: the files wait until one does");
    }
    if (selection.files().isEmpty()) {
      terminal().err().println("retort ingest: there are no such files");
      return ExitCode.RESERVATION;
    }
    return outcome.exitCode();
  }

  /** Without models or a store, files would be accepted and then wait for good. */
  private static void requireWork(Api api) throws IOException, InterruptedException {
    Replies.Health health = api.health();
    String reason = health.reason();
    if (reason != null
        && (reason.equals("model_unavailable") || reason.equals("store_unavailable"))) {
      throw new UnreachableException(
          "the service is not ready (" + reason + "); retort doctor tells more");
    }
  }
}
