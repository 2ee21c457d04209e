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
  }

  /** Sends the files and, if {@code wait}, stays until they are searchable or have failed. */
  Outcome run(String collection, FileSelection selection, boolean wait)
      throws IOException, InterruptedException {
    var refused = new ArrayList<>(selection.unreadable());
    var jobs = new ArrayList<ObjectNode>();
    var watch = new JobWatch(api, progress);
    int files = selection.files().size();
    for (List<LocalFile> batch : selection.batches(MOST_FILES, MOST_BYTES)) {
      try {
        var job = (ObjectNode) api.upload(collection, batch);
        jobs.add(job);
        watch.add(job);
      } catch (ProblemException e) {
        if (e.status() != 413) {
          throw e;
        }
        String why = String.valueOf(e.getMessage());
        batch.forEach(file -> refused.add(new Unreadable(file.path(), why)));
        files -= batch.size();
      }
      if (wait) {
        watch.look();
        watch.show(files);
      }
    }
    if (!wait || jobs.isEmpty()) {
      return new Outcome(jobs, refused, wait);
    }
    var finished = new ArrayList<ObjectNode>();
    for (JsonNode node : watch.await(files)) {
      var job = (ObjectNode) node;
      JobWatch.items(api, job.path("id").asString()).forEach(job.putArray("items")::add);
      finished.add(job);
    }
    return new Outcome(finished, refused, true);
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
