package io.retort.generator;

import io.retort.data.RequestLimits;
import java.util.ArrayDeque;
import java.util.Queue;

/** Lets so many requests decode at once; the others wait in the order in which they came. */
final class Slots {
  private static final int CANCEL_POLL_MILLIS = 10;

  private final int count;
  private final Queue<Object> waiting = new ArrayDeque<>();
  private int free;

  Slots(int count) {
    this.count = count;
    this.free = count;
  }

  int count() {
    return count;
  }

  /** Waits for a slot; false if the request was over first. */
  synchronized boolean enter(RequestLimits limits) {
    var ticket = new Object();
    waiting.add(ticket);
    try {
      while (free == 0 || waiting.peek() != ticket) {
        if (limits.over()) {
          return false;
        }
        wait(CANCEL_POLL_MILLIS);
      }
      free--;
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      limits.cancel().cancel();
      return false;
    } finally {
      waiting.remove(ticket);
      notifyAll();
    }
  }

  synchronized void leave() {
    free++;
    notifyAll();
  }
}
