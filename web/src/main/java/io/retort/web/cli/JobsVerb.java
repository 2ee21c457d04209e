package io.retort.web.cli;

import io.retort.web.ExitCode;
import io.retort.web.UsageException;
import io.retort.web.cli.Replies.Job;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;

@Command(name = "jobs", description = "See and steer jobs.")
final class JobsVerb extends ServiceVerb {
  @Parameters(
      index = "0",
      arity = "0..1",
      converter = ActionWord.class,
      paramLabel = "list|show|watch|cancel|retry",
      description = "what to do (list); retry takes the failed files again")
  private Action action = Action.LIST;

  @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "which job")
  private @Nullable String id;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description =
          "list only jobs that are queued, running, succeeded, partially_succeeded, failed or"
              + " cancelled")
  private @Nullable String state;

  JobsVerb(Program program) {
    super(program);
  }

  /** What can be done with jobs. */
  enum Action {
    LIST,
    SHOW,
    WATCH,
    CANCEL,
    RETRY;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Reads an action and names those that there are. */
  static final class ActionWord implements ITypeConverter<Action> {
    @Override
    public Action convert(String word) {
      for (Action action : Action.values()) {
        if (action.toString().equals(word)) {
          return action;
        }
      }
      throw new TypeConversionException(
          "'" + word + "' is none of list, show, watch, cancel, retry");
    }
  }

  @Override
  void check() {
    if (action == Action.LIST && id != null) {
      throw new UsageException("list takes no ID, but there is '" + id + "'");
    }
    if (action != Action.LIST && id == null) {
      throw new UsageException(action + " needs the ID of a job; retort jobs lists them");
    }
    if (action != Action.LIST && state != null) {
      throw new UsageException("--state belongs to list, not to " + action);
    }
  }

  @Override
  int run(Api api) throws IOException, InterruptedException {
    if (id == null) {
      return list(api);
    }
    String path = "/jobs/" + Api.quoted(id);
    return switch (action) {
      case LIST, SHOW -> show(api, api.get(path));
      case WATCH -> watch(api, api.get(path));
      case CANCEL -> done(api.post(path + ":cancel", null));
      case RETRY -> done(api.post(path + ":retry", null));
    };
  }

  private int list(Api api) throws IOException, InterruptedException {
    List<JsonNode> jobs = api.list(state == null ? "/jobs" : "/jobs?state=" + Api.quoted(state));
    if (json()) {
      print(Json.list(jobs));
    } else if (jobs.isEmpty()) {
      note("there are no such jobs");
    } else {
      jobs.forEach(job -> print(summary(Json.read(job, Job.class))));
    }
    return ExitCode.DONE;
  }

  private int show(Api api, JsonNode job) throws IOException, InterruptedException {
    if (json()) {
      print(job);
      return ExitCode.DONE;
    }
    Job shown = Json.read(job, Job.class);
    print(summary(shown));
    if (shown.error() != null) {
      print(Terminal.line(shown.error().message()) + " (" + shown.error().code() + ")");
    }
    JobWatch.complaints(JobWatch.items(api, shown.id())).forEach(this::print);
    return ExitCode.DONE;
  }

  private int watch(Api api, JsonNode job) throws IOException, InterruptedException {
    var progress = new ProgressLine(terminal(), quiet(), "Job", System::nanoTime);
    var watch = new JobWatch(api, progress);
    watch.add(job);
    JsonNode last = watch.await(0).getFirst();
    show(api, last);
    return JobWatch.exitCode(Json.read(last, Job.class));
  }

  private int done(JsonNode job) {
    if (json()) {
      print(job);
    } else {
      print(summary(Json.read(job, Job.class)));
    }
    return ExitCode.DONE;
  }

  /** A job on one line. */
  static String summary(Job job) {
    String files =
        job.total() == null
            ? ""
            : String.format(
                Locale.ROOT, "  %,d of %,d files", job.completed() + job.unchanged(), job.total());
    String unchanged =
        job.unchanged() == 0 ? "" : String.format(Locale.ROOT, ", %,d unchanged", job.unchanged());
    String failed =
        job.failed() == 0 ? "" : String.format(Locale.ROOT, ", %,d failed", job.failed());
    String chunks = String.format(Locale.ROOT, ", %,d chunks", job.chunksWritten());
    return "%s  %s  %s  %s  %s%s%s%s%s"
        .formatted(
            job.id(),
            job.createdAt(),
            job.kind(),
            job.collection() == null ? "-" : job.collection(),
            job.state(),
            files,
            unchanged,
            failed,
            chunks);
  }
}
