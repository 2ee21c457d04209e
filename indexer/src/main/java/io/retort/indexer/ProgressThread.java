package io.retort.indexer;

import io.retort.data.store.JobLedger;
import io.retort.data.store.JobRow;
import io.retort.data.store.RefusedException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the progress of running jobs into the ledger, at most four times a second. What a reader
 * is told comes from there, so it never falls, not even over a restart.
 */
final class ProgressThread implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(250);
  private static final double SMALLEST_STEP = 0.01;

  private final JobLedger jobs;
  private final Workshop workshop;
  private final Signal changed;
  private final Thread thread;
  private volatile boolean stopping;

  ProgressThread(JobLedger jobs, Workshop workshop, Signal changed) {
    this.jobs = jobs;
    this.workshop = workshop;
    this.changed = changed;
    thread = Thread.ofPlatform().name("retort-progress").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!stopping) {
      try {
        Thread.sleep(INTERVAL);
        report();
      } catch (InterruptedException e) {
        return;
      } catch (RefusedException e) {
        // progress can wait; the workers say what is wrong
        System.getLogger(ProgressThread.class.getName())
            .log(System.Logger.Level.DEBUG, "progress is not written", e);
      }
    }
  }

  private void report() {
    Map<String, Double> started = new HashMap<>(); // by job, parts of documents under way
    for (Task task : workshop.all()) {
      String job = task.work().jobId();
      if (job != null) {
        started.merge(job, task.fraction(), Double::sum);
      }
    }
    boolean moved = false;
    for (var entry : started.entrySet()) {
      JobRow job = find(entry.getKey());
      if (job == null || job.total() == null || job.total() == 0) {
        continue;
      }
      double finished = job.completed() + job.failed() + job.unchanged();
      double progress = (finished + entry.getValue()) / job.total();
      if (job.progress() == null || progress - job.progress() >= SMALLEST_STEP) {
        jobs.progress(job.id(), progress);
        moved = true;
      }
    }
    if (moved) {
      changed.raise();
    }
  }

  private @Nullable JobRow find(String job) {
    return jobs.findUnscoped(job).orElse(null);
  }

  @Override
  public void close() {
    stopping = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
