package io.retort.indexer;

import static java.util.stream.Collectors.toSet;

import io.retort.data.ChunkWriter;
import io.retort.data.IndexWriteException;
import io.retort.data.store.LedgerStore;
import io.retort.data.store.RefusedException;
import io.retort.data.store.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes to the index. It takes finished blocks, commits them in batches with
 * the ledger's position, and then has the ledger say so: in this order, since a crash between the
 * two is mended by looking into the index, and the other order would promise what is not there.
 */
final class IndexThread implements AutoCloseable {
  private static final Duration GLANCE = Duration.ofMillis(10);

  /** With nothing to commit only the disk and the clock are looked at, and the disk costs time. */
  private static final Duration IDLE_GLANCE = Duration.ofMillis(100);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private static final Duration NEXT_PURGE = Duration.ofHours(6);

  private final LedgerStore store;
  private final ChunkWriter writer;
  private final IngestOptions options;
  private final Workshop workshop;
  private final Condition condition;
  private final DiskSpace disk;
  private final Signal changed;
  private final BlockingQueue<DocumentWork.Result> queue = new ArrayBlockingQueue<>(16);
  private final Thread thread;

  // of the thread alone
  private final List<Work> written = new ArrayList<>(); // in the writer, not committed
  private final List<Work> committed =
      new ArrayList<>(); // in the index; the ledger does not say so
  private final List<Work> undone = new ArrayList<>(); // lost by the writer, still to be given back
  private long firstWritten;
  private long nextPurge;

  private volatile boolean stopping;

  IndexThread(
      LedgerStore store,
      ChunkWriter writer,
      IngestOptions options,
      Workshop workshop,
      Condition condition,
      DiskSpace disk,
      Signal changed) {
    this.store = store;
    this.writer = writer;
    this.options = options;
    this.workshop = workshop;
    this.condition = condition;
    this.disk = disk;
    this.changed = changed;
    nextPurge = System.nanoTime() + options.firstPurge().toNanos();
    thread = Thread.ofPlatform().name("retort-index").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Hands over; waits while the index is behind. False if the thread is stopping. */
  boolean take(DocumentWork.Result result) throws InterruptedException {
    while (!stopping && !condition.halted()) {
      if (queue.offer(result, 100, TimeUnit.MILLISECONDS)) {
        return true;
      }
    }
    return false;
  }

  private void run() {
    while (!condition.halted()) {
      try {
        if (!step()) {
          return;
        }
      } catch (IndexWriteException e) {
        lost(e);
      } catch (RefusedException e) {
        ledgerFailed(e);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        condition.halt("writing the index failed in a way that nobody foresaw: " + e, e);
      }
    }
  }

  /** False once everything is done and no more will come. */
  private boolean step() throws InterruptedException {
    settle();
    giveBack();
    if (paused()) {
      return !stopping;
    }
    Duration glance = written.isEmpty() ? IDLE_GLANCE : GLANCE;
    DocumentWork.Result next = queue.poll(glance.toNanos(), TimeUnit.NANOSECONDS);
    if (next != null) {
      write(next);
    }
    if (isDue(next)) {
      commit();
    }
    if (next == null && written.isEmpty() && !stopping) {
      purge();
    }
    return !stopping || !queue.isEmpty() || !written.isEmpty();
  }

  private boolean paused() throws InterruptedException {
    if (!disk.isUsed(options.stopAt())) {
      if (condition.state() == IngestHealth.State.PAUSED) {
        condition.run();
      }
      return false;
    }
    condition.pause("the disk is full; ingestion goes on by itself when there is space");
    Thread.sleep(AFTER_FAILURE);
    return true;
  }

  private void write(DocumentWork.Result result) {
    if (written.isEmpty()) {
      firstWritten = System.nanoTime();
    }
    written.add(result.work()); // first: if the write fails, it is among those to be done again
    switch (result) {
      case DocumentWork.Result.Write write -> {
        writer.replace(write.block());
        options.milestones().reached(Milestone.BLOCK_WRITTEN);
      }
      case DocumentWork.Result.Delete delete -> {
        writer.delete(delete.work().documentId());
        options.milestones().reached(Milestone.DELETE_WRITTEN);
      }
      case DocumentWork.Result.Nothing nothing -> {}
    }
  }

  private boolean isDue(DocumentWork.@Nullable Result next) {
    if (written.isEmpty()) {
      return false;
    }
    return written.size() >= options.commitAfter()
        || System.nanoTime() - firstWritten >= options.commitEvery().toNanos()
        || (next == null && queue.isEmpty() && (stopping || workshop.idle()));
  }

  private void commit() {
    options.milestones().reached(Milestone.COMMITTING);
    writer.commit(store.work().appliedUpTo(written.stream().map(Work::seq).collect(toSet())));
    options.milestones().reached(Milestone.INDEX_COMMITTED);
    committed.addAll(written);
    written.clear();
    settle();
  }

  /** Deleted text leaves the disk within a day, also where a process does not live that long. */
  private void purge() {
    if (System.nanoTime() - nextPurge < 0 || !workshop.idle()) {
      return;
    }
    writer.purgeDeleted();
    writer.commit(store.work().appliedUpTo(Set.of()));
    nextPurge = System.nanoTime() + NEXT_PURGE.toNanos();
  }

  private void settle() {
    if (committed.isEmpty()) {
      return;
    }
    store.work().finish(committed);
    options.milestones().reached(Milestone.SETTLED);
    workshop.end(committed);
    committed.clear();
    changed.raise();
  }

  /** What was not committed is gone: it is done again, and costs no parsing and no encoding. */
  private void lost(IndexWriteException e) {
    if (e.syncFailed()) {
      condition.halt(String.valueOf(e.getMessage()), e);
      return;
    }
    condition.pause("the index could not be written, and is tried again: " + e.getMessage());
    System.getLogger(IndexThread.class.getName())
        .log(System.Logger.Level.WARNING, "blocks go back to be written again", e);
    undone.addAll(written);
    written.clear();
    waitAfterFailure();
  }

  private void giveBack() {
    if (undone.isEmpty()) {
      return;
    }
    store.work().release(undone);
    workshop.end(undone);
    undone.clear();
    changed.raise();
  }

  private void ledgerFailed(RefusedException e) {
    if (store.syncFailed()) {
      condition.halt(String.valueOf(e.getMessage()), e);
      return;
    }
    condition.pause("the ledger does not answer, and is asked again: " + e.getMessage());
    waitAfterFailure();
  }

  private static void waitAfterFailure() {
    try {
      Thread.sleep(AFTER_FAILURE);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Commits what has come by then. */
  @Override
  public void close() {
    stopping = true;
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
