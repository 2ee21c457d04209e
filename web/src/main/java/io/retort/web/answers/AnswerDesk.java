package io.retort.web.answers;

import io.retort.data.RequestLimits;
import io.retort.web.access.Caller;
import io.retort.web.access.Places;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.ProblemHandler;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Admission to the decoding slots: as many answers are made at once as there are slots, a few for
 * each slot wait for their turn, and the rest is refused at once. Safe for use by many threads.
 */
public final class AnswerDesk implements AutoCloseable {
  private static final Duration FIRST_GUESS = Duration.ofSeconds(2);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

  /** How long after its deadline an answer may still come back by itself. */
  private static final Duration GRACE = Duration.ofMillis(150);

  private final int slots;
  private final Places<FutureTask<?>> places;
  private final ThreadPoolExecutor threads;

  /** Average time of an answer, of which each new one is an eighth. */
  private final AtomicLong averageNanos = new AtomicLong(FIRST_GUESS.toNanos());

  private boolean stopping;

  public AnswerDesk(int slots, int queuePerSlot) {
    this.slots = slots;
    places =
        new Places<>("a slot", slots, Math.multiplyExact(slots, queuePerSlot), this::estimatedWait);
    threads =
        new ThreadPoolExecutor(
            slots,
            slots,
            0,
            TimeUnit.SECONDS,
            // Never more than places; the thread that gave one back may be a moment late.
            new ArrayBlockingQueue<>(slots),
            Thread.ofPlatform().name("answer-", 1).daemon().factory());
  }

  /**
   * Has a slot's thread make an answer when it is the caller's turn. One that is cancelled before
   * leaves the queue: it comes to its end beside the slots, where it finds at once that it is
   * unwanted.
   *
   * @throws ApiException if the queue has no room for it
   */
  <T> Future<T> submit(Caller caller, RequestLimits limits, Callable<T> answer) {
    var task = new FutureTask<>(() -> timed(answer));
    enter(caller, task);
    limits
        .cancel()
        .onCancel(
            () -> {
              if (places.giveUp(caller, task)) {
                Thread.ofVirtual().name("answer-unwanted").start(task);
              }
            });
    return task;
  }

  /**
   * Waits until a slot is free and nobody waits for one: what is asked for then keeps nobody from
   * the slots for longer than it takes itself.
   */
  public void awaitIdle() throws InterruptedException {
    while (waiting() > 0 || running() >= slots) {
      Thread.sleep(BETWEEN_LOOKS); // places tell nobody when one of them is free
    }
  }

  private synchronized void enter(Caller caller, FutureTask<?> task) {
    if (stopping) {
      throw new ApiException(ProblemCode.SHUTTING_DOWN, "the service is stopping");
    }
    if (places.enter(caller, task)) {
      threads.execute(() -> work(task));
    }
  }

  /**
   * Waits for what was submitted with these limits, and cancels it when its time is over.
   *
   * @throws ApiException why there is no result
   */
  static <T> T await(Future<T> answer, RequestLimits limits) throws InterruptedException {
    try {
      return answer.get(limits.deadline().remaining().plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      limits.cancel().cancel();
      throw new ApiException(
          ProblemCode.DEADLINE_EXCEEDED, "the time limit ended before there was a result", e);
    } catch (ExecutionException e) {
      throw ProblemHandler.toApiException(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      limits.cancel().cancel();
      throw e;
    }
  }

  /**
   * Refuses what {@link #submit} would refuse now.
   *
   * @throws ApiException as it does
   */
  void refuse(Caller caller) {
    places.refuse(caller);
  }

  /** One answer after another, until nobody waits. */
  private void work(FutureTask<?> first) {
    @Nullable FutureTask<?> next = first;
    while (next != null) {
      next.run(); // keeps what it throws for whoever waits for it
      next = places.leave();
    }
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
    long nanos = averageNanos.get() * Math.max(1, waiting()) / slots;
    return Duration.ofNanos(Math.min(nanos, Duration.ofMinutes(1).toNanos()));
  }

  public int waiting() {
    return places.waiting();
  }

  public int running() {
    return places.taken();
  }

  /** Whether the next answer would be refused, whoever asks. */
  public boolean saturated() {
    return places.full();
  }

  /** Takes no more and waits until all that it took have ended, at most {@code patience}. */
  public boolean drain(Duration patience) throws InterruptedException {
    stop();
    return threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private synchronized void stop() {
    stopping = true;
    threads.shutdown();
  }

  @Override
  public void close() {
    stop();
    threads.shutdownNow();
  }
}
