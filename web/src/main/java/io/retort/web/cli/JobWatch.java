package io.retort.web.cli;

import io.retort.web.ExitCode;
import io.retort.web.cli.Replies.Item;
import io.retort.web.cli.Replies.Job;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Waits for jobs to end and shows how far they are. */
final class JobWatch {
  /** Between two looks; a key may ask ten times a second, and many jobs share that. */
  private static final Duration PAUSE = Duration.ofMillis(250);

  private static final Duration PAUSE_FOR_EACH = Duration.ofMillis(150);

  private final Api api;
  private final ProgressLine progress;
  private final Map<String, JsonNode> latest = new LinkedHashMap<>();

  JobWatch(Api api, ProgressLine progress) {
    this.api = api;
    this.progress = progress;
  }

  void add(JsonNode job) {
    latest.put(Json.read(job, Job.class).id(), job);
  }

  /** Looks once, without waiting. */
  void look() throws IOException, InterruptedException {
    for (String id : running()) {
      latest.put(id, api.get("/jobs/" + Api.quoted(id)));
    }
  }

  /**
   * @param expected files in all jobs together, 0 if only the jobs know
   * @return the jobs in their last state, in the order in which they were added
   */
  List<JsonNode> await(int expected) throws IOException, InterruptedException {
    while (true) {
      look();
      List<String> running = running();
      if (running.isEmpty()) {
        progress.finish(share(expected), text(expected));
        return List.copyOf(latest.values());
      }
      show(expected);
      Duration each = PAUSE_FOR_EACH.multipliedBy(running.size());
      Thread.sleep(each.compareTo(PAUSE) > 0 ? each : PAUSE);
    }
  }

  void show(int expected) {
    progress.show(share(expected), text(expected));
  }

  private List<Job> jobs() {
    return latest.values().stream().map(node -> Json.read(node, Job.class)).toList();
  }

  private List<String> running() {
    return jobs().stream().filter(Job::running).map(Job::id).toList();
  }

  private int total(int expected) {
    int known = jobs().stream().mapToInt(job -> job.total() == null ? 0 : job.total()).sum();
    return Math.max(expected, known);
  }

  /** Of all files; those of a job that runs count as far as the job says. */
  private double share(int expected) {
    int total = total(expected);
    double done = 0;
    for (Job job : jobs()) {
      Double share = job.progress();
      int files = job.total() == null ? 0 : job.total();
      done += job.running() && share != null ? share * files : job.running() ? 0 : files;
    }
    return total == 0 ? 0 : Math.min(1, done / total);
  }

  private String text(int expected) {
    long finished = jobs().stream().mapToLong(Job::finished).sum();
    long chunks = jobs().stream().mapToLong(Job::chunksWritten).sum();
    double seconds = progress.elapsed().toMillis() / 1_000.0;
    String rate =
        seconds >= 1 && chunks >= seconds
            ? String.format(Locale.ROOT, " · %,.0f chunks/s", chunks / seconds)
            : "";
    return String.format(
        Locale.ROOT, "%,d/%,d documents · %,d chunks%s", finished, total(expected), chunks, rate);
  }

  /** All files of a job. */
  static List<JsonNode> items(Api api, String job) throws IOException, InterruptedException {
    return api.list("/jobs/" + Api.quoted(job) + "/items");
  }

  /** What became of the files that are not searchable in full, a line each. */
  static List<String> complaints(List<JsonNode> items) {
    var lines = new ArrayList<String>();
    for (JsonNode node : items) {
      Item item = Json.read(node, Item.class);
      if (!item.searchableInFull()) {
        Replies.Reason reason = item.reason();
        lines.add(
            "%-11s %s%s"
                .formatted(
                    item.status(),
                    Terminal.line(item.path()),
                    reason == null
                        ? ""
                        : ": " + Terminal.line(reason.message()) + " (" + reason.code() + ")"));
      }
    }
    return lines;
  }

  static int exitCode(Job job) {
    return switch (job.state()) {
      case "failed" -> ExitCode.FAILED;
      case "partially_succeeded", "cancelled" -> ExitCode.RESERVATION;
      default -> ExitCode.DONE;
    };
  }
}
