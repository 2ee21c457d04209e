package io.retort.web.cli;

import io.retort.web.ExitCode;
import io.retort.web.cli.FileSelection.Unreadable;
import io.retort.web.cli.Replies.Job;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Takes a selection of files into a collection, in as many requests as it needs. */
final class Ingestion {
  private static final int MOST_FILES = 100;
  private static final long MOST_BYTES = 64L << 20;

  private final Api api;
  private final ProgressLine progress;

  Ingestion(Api api, ProgressLine progress) {
    this.api = api;
    this.progress = progress;
  }

  /**
   * What became of the files.
   *
   * @param jobs as the API shows them, each with its files as {@code items}
   * @param refused files that the service did not take, or that could not be read
   * @param finished whether the jobs were waited for
   */
  record Outcome(List<ObjectNode> jobs, List<Unreadable> refused, boolean finished) {
    Outcome {
      jobs = List.copyOf(jobs);
      refused = List.copyOf(refused);
    }

    /** A line for each file that is not searchable in full. */
    List<String> complaints() {
      var lines = new ArrayList<String>();
      refused.forEach(
          file ->
              lines.add(
                  "%-11s %s: %s"
                      .formatted(
                          "NOT TAKEN", Terminal.line(file.path()), Terminal.line(file.why()))));
      if (finished) {
        for (ObjectNode job : jobs) {
          lines.addAll(JobWatch.complaints(List.copyOf(job.path("items").values())));
        }
      }
      return lines;
    }

    int exitCode() {
      int searchable = 0;
      for (ObjectNode node : jobs) {
        Job job = Json.read(node, Job.class);
        searchable += job.completed() + job.unchanged();
      }
      boolean reservation =
          !complaints().isEmpty()
              || jobs.stream().anyMatch(job -> job.path("state").asString().equals("cancelled"));
      if (!reservation) {
        return ExitCode.DONE;
      }
      return finished && searchable == 0 ? ExitCode.FAILED : ExitCode.RESERVATION;
    }

    boolean allUnchanged() {
      return finished
          && refused.isEmpty()
          && jobs.stream()
              .map(node -> Json.read(node, Job.class))
              .allMatch(job -> job.total() != null && job.unchanged() == job.total());
    }
  }

  /** Sends the files and, if {@code wait}, stays until they are searchable or have failed. */
  Outcome run(String collection, FileSelection selection, boolean wait)
      throws IOException, InterruptedException {
    var refused = new ArrayList<>(selection.unreadable());
    var accepted = new ArrayList<JsonNode>();
    var watch = new JobWatch(api, progress);
    for (List<LocalFile> batch : selection.batches(MOST_FILES, MOST_BYTES)) {
      try {
        JsonNode job = api.upload(collection, batch);
        accepted.add(job);
        watch.add(job);
      } catch (ProblemException e) {
        if (e.status() != 413) {
          throw e;
        }
        batch.forEach(
            file -> refused.add(new Unreadable(file.path(), String.valueOf(e.getMessage()))));
      }
      if (wait) {
        watch.look();
        watch.show(selection.files().size());
      }
    }
    if (!wait || accepted.isEmpty()) {
      List<ObjectNode> jobs = accepted.stream().map(ObjectNode.class::cast).toList();
      return new Outcome(jobs, refused, !wait ? false : true);
    }
    var jobs = new ArrayList<ObjectNode>();
    for (JsonNode job :
        watch.await(selection.files().size() - (refused.size() - selection.unreadable().size()))) {
      var withItems = (ObjectNode) job;
      JobWatch.items(api, job.path("id").asString()).forEach(withItems.putArray("items")::add);
      jobs.add(withItems);
    }
    return new Outcome(jobs, refused, true);
  }

  /** Makes the collection if there is none; true if it did. */
  boolean createIfMissing(String collection, String title)
      throws IOException, InterruptedException {
    try {
      api.get("/collections/" + Api.quoted(collection));
      return false;
    } catch (ProblemException e) {
      if (e.status() != 404) {
        throw e;
      }
    }
    api.post("/collections", Json.object().put("id", collection).put("title", title));
    return true;
  }
}
