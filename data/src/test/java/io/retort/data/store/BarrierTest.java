package io.retort.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class BarrierTest {
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final Semaphore mayEnd = new Semaphore(0);
  private volatile boolean failing;

  /** A database that knows one statement, which ends when it is let. */
  private final DataSource database =
      proxy(
          DataSource.class,
          () ->
              proxy(
                  Connection.class,
                  () ->
                      proxy(
                          Statement.class,
                          () -> {
                            begun.incrementAndGet();
                            mayEnd.acquireUninterruptibly();
                            ended.incrementAndGet();
                            if (failing) {
                              throw new SQLException("no sync");
                            }
                            return false;
                          })));

  private interface Answer {
    Object get() throws SQLException;
  }

  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            BarrierTest.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> method.getName().equals("close") ? null : answer.get()));
  }

  @Test
  void oneSyncCoversAllWhoCameBeforeItBegan() throws InterruptedException {
    Barrier barrier = new Barrier(database);
    List<Thread> callers = new ArrayList<>();
    callers.add(Thread.ofPlatform().start(barrier::await));
    awaitBegun(1);
    for (int n = 0; n < 20; n++) {
      callers.add(Thread.ofPlatform().start(barrier::await));
    }
    for (Thread caller : callers) {
      while (caller.getState() != Thread.State.WAITING) {
        Thread.onSpinWait(); // until all stand at the barrier
      }
    }

    mayEnd.release(2);
    for (Thread caller : callers) {
      caller.join();
    }

    assertThat(ended).hasValue(2); // the first, and one for the twenty that came during it
  }

  @Test
  void whoComesDuringASyncWaitsForTheNext() throws InterruptedException {
    Barrier barrier = new Barrier(database);
    Thread first = Thread.ofPlatform().start(barrier::await);
    awaitBegun(1);
    Thread late = Thread.ofPlatform().start(barrier::await);

    mayEnd.release();
    first.join();
    awaitBegun(2);

    assertThat(late.isAlive()).isTrue();
    mayEnd.release();
    late.join();
  }

  @Test
  void aFailedSyncIsNeverTriedAgain() {
    Barrier barrier = new Barrier(database);
    failing = true;
    mayEnd.release(10);

    assertThatThrownBy(barrier::await)
        .isInstanceOf(RefusedException.class)
        .hasFieldOrPropertyWithValue("refusal", Refusal.STORE_UNAVAILABLE);
    failing = false;
    assertThatThrownBy(barrier::await).isInstanceOf(RefusedException.class);

    assertThat(begun).hasValue(1);
    assertThat(barrier.failed()).isTrue();
  }

  private void awaitBegun(int count) {
    while (begun.get() < count) {
      Thread.onSpinWait();
    }
  }
}
