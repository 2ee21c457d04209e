package io.retort.indexer;

import java.time.Duration;

/** Something has happened: whoever waits looks again. */
final class Signal {
  private long count;

  synchronized void raise() {
    count++;
    notifyAll();
  }

  /** To be taken before looking, so that nothing is missed between looking and waiting. */
  synchronized long count() {
    return count;
  }

  /** Waits until something happens after {@code seen} was taken, or the time is over. */
  synchronized void await(long seen, Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (count == seen) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return;
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
  }
}
