package io.retort.web.search;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets a number of calls run, a number wait, and refuses the rest at once. */
public final class Gate {
  private final String name;
  private final Semaphore running;
  private final AtomicInteger waiting = new AtomicInteger();
  private final int mostWaiting;

  public Gate(String name, int running, int waiting) {
    this.name = name;
    this.running = new Semaphore(running, true);
    this.mostWaiting = waiting;
  }

  /** What came of waiting: the result, and how long it waited. */
  public record Passed<T>(T result, Duration waited) {}

  public <T> Passed<T> pass(Duration patience, Callable<T> call) throws Exception {
    long start = System.nanoTime();
    enter(patience);
    try {
      Duration waited = Duration.ofNanos(System.nanoTime() - start);
      return new Passed<>(call.call(), waited);
    } finally {
      running.release();
    }
  }

  private void enter(Duration patience) throws InterruptedException {
    if (running.tryAcquire()) {
      return;
    }
    if (waiting.incrementAndGet() > mostWaiting) {
      waiting.decrementAndGet();
      throw ApiException.retryAfter(
          ProblemCode.OVERLOADED,
          mostWaiting + " requests wait for " + name + " already",
          Duration.ofSeconds(1));
    }
    try {
      if (!running.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new ApiException(
            ProblemCode.DEADLINE_EXCEEDED, "the time limit ended while the request waited");
      }
    } finally {
      waiting.decrementAndGet();
    }
  }
}
