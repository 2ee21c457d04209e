package io.retort.indexer;

import io.retort.data.AccessScope;
import io.retort.data.store.JobLedger;
import io.retort.data.store.JobLedger.ChangedItem;
import io.retort.data.store.JobLedger.JobAt;
import io.retort.data.store.JobRow;
import io.retort.data.store.Refusal;
import io.retort.data.store.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A watch that reads what has changed from the ledger each time it is asked: there is no queue that
 * could overflow, and a watcher that was away misses nothing.
 */
final class LedgerJobWatch implements JobWatch {
  private static final int MOST_ITEMS = 500;
  private static final Duration BETWEEN_PROGRESS = Duration.ofMillis(250);

  private final JobLedger jobs;
  private final String job;
  private final AccessScope scope;
  private final Signal changed;
  private long seen;
  private @Nullable JobRow told;
  private long lastProgress;
  private boolean finished;

  LedgerJobWatch(JobLedger jobs, String job, long after, AccessScope scope, Signal changed) {
    this.jobs = jobs;
    this.job = job;
    this.scope = scope;
    this.changed = changed;
    this.seen = after;
    this.lastProgress = System.nanoTime() - BETWEEN_PROGRESS.toNanos();
  }

  @Override
  public List<JobEvent> next(Duration timeout) throws InterruptedException {
    if (finished) {
      return List.of();
    }
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      long before = changed.count();
      List<JobEvent> events = look();
      long left = end - System.nanoTime();
      if (!events.isEmpty() || left <= 0) {
        return events;
      }
      changed.await(before, Duration.ofNanos(left));
    }
  }

  private List<JobEvent> look() {
    JobAt now =
        jobs.state(job, scope)
            .orElseThrow(
                () -> new RefusedException(Refusal.JOB_NOT_FOUND, "there is no job '" + job + "'"));
    List<JobEvent> events = new ArrayList<>();
    JobRow before = told;
    if (before == null) {
      events.add(new JobEvent.JobChanged(Math.min(seen, now.changes()), now.job()));
    }
    List<ChangedItem> items = jobs.changedItems(job, seen, MOST_ITEMS);
    for (ChangedItem item : items) {
      events.add(new JobEvent.ItemChanged(item.change(), item.item()));
      seen = item.change();
    }
    told = now.job();
    if (items.size() == MOST_ITEMS) {
      return events; // more files first: the job's own state comes after them
    }
    if (now.changes() < seen) {
      return events; // the job was read before the last file: it is read again at once
    }
    seen = now.changes();
    if (now.job().state().isFinal()) {
      events.add(new JobEvent.Done(seen, now.job()));
      finished = true;
    } else if (before != null && before.state() != now.job().state()) {
      events.add(new JobEvent.JobChanged(seen, now.job()));
    } else if (before != null && hasProgressed(before, now.job())) {
      events.add(new JobEvent.Progressed(seen, now.job()));
    }
    return events;
  }

  private boolean hasProgressed(JobRow before, JobRow now) {
    boolean moved =
        !java.util.Objects.equals(before.progress(), now.progress())
            || before.completed() != now.completed()
            || before.failed() != now.failed()
            || before.unchanged() != now.unchanged();
    if (!moved) {
      return false;
    }
    if (System.nanoTime() - lastProgress < BETWEEN_PROGRESS.toNanos()) {
      told = before; // too soon: said the next time
      return false;
    }
    lastProgress = System.nanoTime();
    return true;
  }

  @Override
  public boolean finished() {
    return finished;
  }

  @Override
  public void close() {
    finished = true;
  }
}
