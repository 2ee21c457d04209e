package io.retort.web.search;

import io.retort.web.access.Caller;
import io.retort.web.access.Places;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Lets a number of calls run, a number wait for their turn, and refuses the rest at once. */
public final class Gate {
  private static final Duration WORTH_ANOTHER_TRY = Duration.ofSeconds(1);

  private final Places<CountDownLatch> places;

  Gate(String name, int running, int waiting) {
    places = new Places<>(name, running, waiting, () -> WORTH_ANOTHER_TRY);
  }

  /** What came of waiting: the result, and how long it waited. */
  public record Passed<T>(T result, Duration waited) {}

  public <T> Passed<T> pass(Caller caller, Duration patience, Callable<T> call) throws Exception {
    long start = System.nanoTime();
    enter(caller, patience);
    try {
      Duration waited = Duration.ofNanos(System.nanoTime() - start);
      return new Passed<>(call.call(), waited);
    } finally {
      leave();
    }
  }

  /** How many wait for their turn. */
  int waiting() {
    return places.waiting();
  }

  private void enter(Caller caller, Duration patience) throws InterruptedException {
    var turn = new CountDownLatch(1);
    if (places.enter(caller, turn)) {
      return;
    }
    boolean come = false;
    try {
      come = turn.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      if (!come && !places.giveUp(caller, turn)) {
        leave(); // its turn came while it gave up
      }
    }
    if (!come) {
      throw new ApiException(
          ProblemCode.DEADLINE_EXCEEDED, "the time limit ended while the request waited");
    }
  }

  private void leave() {
    @Nullable CountDownLatch next = places.leave();
    if (next != null) {
      next.countDown();
    }
  }
}
