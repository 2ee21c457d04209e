package io.retort.web.answers;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Admission to the decoding slots: as many answers are made at once as there are slots, a few for
 * each slot wait, and the rest is refused at once. Safe for use by many threads.
 */
public final class AnswerDesk implements AutoCloseable {
  private static final Duration FIRST_GUESS = Duration.ofSeconds(2);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

  private final ThreadPoolExecutor slots;

  /** Average time of an answer, of which each new one is an eighth. */
  private final AtomicLong averageNanos = new AtomicLong(FIRST_GUESS.toNanos());

  public AnswerDesk(int slots, int queuePerSlot) {
    BlockingQueue<Runnable> queue =
        queuePerSlot == 0
            ? new SynchronousQueue<>()
            : new ArrayBlockingQueue<>(Math.multiplyExact(slots, queuePerSlot));
    this.slots =
        new ThreadPoolExecutor(
            slots,
            slots,
            0,
            TimeUnit.SECONDS,
            queue,
            Thread.ofPlatform().name("answer-", 1).daemon().factory());
  }

  /**
   * Queues the making of an answer.
   *
   * @throws ApiException as overloaded if the queue is full
   */
  <T> Future<T> submit(Callable<T> answer) {
    var task = new FutureTask<>(() -> timed(answer));
    try {
      slots.execute(task);
    } catch (RejectedExecutionException e) {
      if (slots.isShutdown()) {
        throw new ApiException(ProblemCode.SHUTTING_DOWN, "the service is stopping", e);
      }
      throw overloaded();
    }
    return task;
  }

  /**
   * Waits until a slot is free and nobody waits for one: what is asked for then keeps nobody from
   * the slots for longer than it takes itself.
   */
  public void awaitIdle() throws InterruptedException {
    while (!slots.getQueue().isEmpty() || slots.getActiveCount() == slots.getMaximumPoolSize()) {
      Thread.sleep(BETWEEN_LOOKS); // the pool tells nobody when a thread of it is free
    }
  }

  ApiException overloaded() {
    return ApiException.retryAfter(
        ProblemCode.OVERLOADED, waiting() + " answers wait already", estimatedWait());
  }

  private <T> T timed(Callable<T> answer) throws Exception {
    long start = System.nanoTime();
    try {
      return answer.call();
    } finally {
      long taken = System.nanoTime() - start;
      averageNanos.updateAndGet(average -> average - average / 8 + taken / 8);
    }
  }

  private Duration estimatedWait() {
    long nanos = averageNanos.get() * Math.max(1, waiting()) / slots.getMaximumPoolSize();
    return Duration.ofNanos(Math.min(nanos, Duration.ofMinutes(1).toNanos()));
  }

  public int waiting() {
    return slots.getQueue().size();
  }

  public int running() {
    return slots.getActiveCount();
  }

  public int capacity() {
    return slots.getQueue().size() + slots.getQueue().remainingCapacity();
  }

  /** Whether the next answer would be refused. */
  public boolean saturated() {
    return slots.getQueue().remainingCapacity() == 0
        && slots.getActiveCount() == slots.getMaximumPoolSize();
  }

  /** Takes no more and waits until the running ones have ended, at most {@code patience}. */
  public boolean drain(Duration patience) throws InterruptedException {
    slots.shutdown();
    return slots.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    slots.shutdownNow();
  }
}
