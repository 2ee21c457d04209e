package io.retort.indexer;

import io.retort.data.store.DocumentStatus;
import io.retort.data.store.LedgerStore;
import io.retort.data.store.ParsedVersion;
import io.retort.data.store.Reason;
import io.retort.data.store.RefusedException;
import io.retort.data.store.Work;
import java.io.IOException;
import java.io.SyncFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The threads that take operations from the ledger. They are more than the encoder has, so that the
 * encoder has work while others parse.
 */
final class Workers implements AutoCloseable {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  /** A file that was begun so often and never finished has taken the process down each time. */
  private static final int MOST_ATTEMPTS = 10;

  private final LedgerStore store;
  private final DocumentWork documentWork;
  private final IndexThread index;
  private final Workshop workshop;
  private final Condition condition;
  private final Signal changed;
  private final Queue<Work> undone =
      new ConcurrentLinkedQueue<>(); // leased, still to be given back
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopping;

  Workers(
      int count,
      LedgerStore store,
      DocumentWork documentWork,
      IndexThread index,
      Workshop workshop,
      Condition condition,
      Signal changed) {
    this.store = store;
    this.documentWork = documentWork;
    this.index = index;
    this.workshop = workshop;
    this.condition = condition;
    this.changed = changed;
    for (int n = 0; n < count; n++) {
      threads.add(Thread.ofPlatform().name("retort-ingest-" + n).daemon().unstarted(this::run));
    }
  }

  void start() {
    threads.forEach(Thread::start);
  }

  private void run() {
    while (!stopping && !condition.halted()) {
      try {
        long seen = changed.count();
        workshop.startLooking();
        try {
          workOff();
        } finally {
          workshop.foundNothing();
        }
        changed.await(seen, LOOK_AGAIN);
      } catch (InterruptedException e) {
        return;
      } catch (RefusedException e) {
        ledgerFailed(e);
      }
    }
  }

  /** Works until there is nothing that can be begun. */
  private void workOff() throws InterruptedException {
    while (!stopping && !condition.halted()) {
      giveBack();
      Optional<Work> next = store.work().lease();
      if (next.isEmpty()) {
        return;
      }
      work(next.get());
    }
  }

  private void work(Work work) throws InterruptedException {
    Task task = workshop.begin(work);
    DocumentWork.Result result = null;
    try {
      result = work.attempts() > MOST_ATTEMPTS ? poison(work) : result(task);
      if (result != null && !index.take(result)) {
        result = null;
        undone.add(work); // stopping: the next start does it
      }
    } catch (RefusedException e) {
      undone.add(work);
      throw e;
    } finally {
      if (result == null) {
        workshop.end(List.of(work));
        changed.raise();
      }
    }
  }

  private void giveBack() {
    List<Work> works = new ArrayList<>();
    for (Work work = undone.poll(); work != null; work = undone.poll()) {
      works.add(work);
    }
    if (works.isEmpty()) {
      return;
    }
    try {
      store.work().release(works);
    } catch (RefusedException e) {
      undone.addAll(works);
      throw e;
    }
  }

  /** Null if there is nothing to hand over: the work has ended, or has been given back. */
  private DocumentWork.@Nullable Result result(Task task) throws InterruptedException {
    Work work = task.work();
    try {
      return documentWork.run(task).orElse(null);
    } catch (InterruptedException | CancellationException e) {
      if (stopping) {
        undone.add(work);
        return null;
      }
      if (!task.cancelled()) {
        throw new InterruptedException("a worker was interrupted that nobody cancelled");
      }
      store.work().abandon(work);
    } catch (SyncFailedException e) {
      condition.halt("a text could not be synced to the disk: " + e.getMessage(), e);
    } catch (IOException e) {
      condition.pause("the store could not be written, and is tried again: " + e.getMessage());
      undone.add(work);
      Thread.sleep(AFTER_FAILURE);
    } catch (RefusedException e) {
      throw e;
    } catch (RuntimeException e) {
      System.getLogger(Workers.class.getName())
          .log(System.Logger.Level.ERROR, "a document could not be worked on", e);
      return failed(work, new Reason("internal_error", "the document could not be indexed"));
    }
    return null;
  }

  private DocumentWork.@Nullable Result poison(Work work) {
    return failed(
        work,
        new Reason(
            "poison",
            "the service stopped in each of %d attempts to read the file"
                .formatted(work.attempts() - 1)));
  }

  private DocumentWork.@Nullable Result failed(Work work, Reason reason) {
    boolean goesOn =
        store.work().prepared(work, ParsedVersion.without(DocumentStatus.FAILED, reason));
    if (!goesOn) {
      return null;
    }
    return work.live()
        ? new DocumentWork.Result.Delete(work)
        : new DocumentWork.Result.Nothing(work);
  }

  private void ledgerFailed(RefusedException e) {
    if (store.syncFailed()) {
      condition.halt(String.valueOf(e.getMessage()), e);
      return;
    }
    condition.pause("the ledger does not answer, and is asked again: " + e.getMessage());
    try {
      Thread.sleep(AFTER_FAILURE);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops what is under way; it is begun again at the next start. */
  @Override
  public void close() {
    stopping = true;
    changed.raise();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        workshop.cancelAll(); // also what was begun a moment ago
        try {
          thread.join(Duration.ofMillis(50));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      giveBack();
    } catch (RefusedException e) {
      System.getLogger(Workers.class.getName())
          .log(System.Logger.Level.WARNING, "leases end with the process instead", e);
    }
  }
}
