package io.retort.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The work on what was added: look at it, wait for it, steer it. */
public final class Jobs {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Http http;

  Jobs(Http http) {
    this.http = http;
  }

  /** Newest first. */
  public Stream<Job> list() {
    return http.list(Operation.LIST_JOBS, part -> Operation.LIST_JOBS.path + part, Job.class);
  }

  public Job get(String id) {
    return http.call(Operation.GET_JOB, Operation.GET_JOB.of(id), Job.class);
  }

  public Stream<JobItem> items(String id) {
    return items(id, null);
  }

  /**
   * What became of each file.
   *
   * @param status only those with this status, as {@code FAILED}
   */
  public Stream<JobItem> items(String id, @Nullable String status) {
    Operation operation = Operation.LIST_JOB_ITEMS;
    return http.list(
        operation, part -> operation.of(id) + part.with("status", status), JobItem.class);
  }

  /** What is searchable stays, what has not begun is dropped. */
  public Job cancel(String id) {
    return http.call(Operation.CANCEL_JOB, Operation.CANCEL_JOB.of(id), Job.class);
  }

  /** Processes the failed files again. */
  public Job retry(String id) {
    return http.call(Operation.RETRY_JOB, Operation.RETRY_JOB.of(id), Job.class);
  }

  /** Waits for the job's end, also through a restart of the service. */
  public Job await(String id, Duration patience) {
    return await(id, patience, job -> {});
  }

  /**
   * Waits for the job's end, also through a restart of the service.
   *
   * @param onChange sees the job at each change of its state or progress
   * @throws RetortException also if the patience ends first, with a {@link TimeoutException}
   */
  public Job await(String id, Duration patience, Consumer<Job> onChange) {
    long end = System.nanoTime() + patience.toNanos();
    String lastSeen = "";
    while (System.nanoTime() - end < 0) {
      try (var events = new EventLines(watch(id, lastSeen))) {
        for (EventLines.Event event = events.next(() -> System.nanoTime() - end >= 0);
            event != null;
            event = events.next(() -> System.nanoTime() - end >= 0)) {
          if (event.name().equals("error")) {
            break; // the service stops, and the job goes on after its restart
          }
          lastSeen = event.id();
          if (!event.name().equals("item")) {
            Job job = job(event);
            onChange.accept(job);
            if (event.name().equals("done")) {
              return job;
            }
          }
        }
      } catch (IOException e) {
        // the connection broke: the next round goes on after the last event
      } catch (RetortException e) {
        if (e.status() != 0 && e.status() != 503) {
          throw e;
        }
      }
      pause();
    }
    throw RetortException.unanswered(
        Operation.WATCH_JOB.id(), new TimeoutException("the job has not ended in " + patience));
  }

  private InputStream watch(String id, String lastSeen) {
    Operation operation = Operation.WATCH_JOB;
    HttpRequest.Builder request =
        http.request(operation, operation.of(id), BodyPublishers.noBody())
            .setHeader("Accept", "text/event-stream");
    if (!lastSeen.isEmpty()) {
      request.header("Last-Event-ID", lastSeen);
    }
    return http.open(operation, request.build());
  }

  private static Job job(EventLines.Event event) {
    return Http.parse(Operation.WATCH_JOB, event.data().getBytes(UTF_8), Job.class);
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RetortException.unanswered(Operation.WATCH_JOB.id(), e);
    }
  }
}
