package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.CancelSignal;
import io.retort.data.Deadline;
import io.retort.data.RequestLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SlotsTest {
  @Test
  void neverMoreThanItsCountAreInside() throws InterruptedException {
    var slots = new Slots(2);
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int n = 0; n < 50; n++) {
                  assertThat(slots.enter(Samples.limits())).isTrue();
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  Thread.onSpinWait();
                  inside.decrementAndGet();
                  slots.leave();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(most.get()).isLessThanOrEqualTo(2);
    assertThat(inside.get()).isZero();
  }

  @Test
  void whoeverWaitsCanGiveUp() {
    var slots = new Slots(1);
    assertThat(slots.enter(Samples.limits())).isTrue();

    var late = new RequestLimits(Deadline.in(Duration.ofMillis(30)), new CancelSignal());
    assertThat(slots.enter(late)).isFalse();
    slots.leave();
    assertThat(slots.enter(Samples.limits())).as("the slot is not lost").isTrue();
  }

  @Test
  void firstComeFirstServed() throws InterruptedException {
    var slots = new Slots(1);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    slots.enter(Samples.limits());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int place = i;
      var begun = new CountDownLatch(1);
      Thread thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    begun.countDown();
                    slots.enter(Samples.limits());
                    order.add(place);
                    slots.leave();
                  });
      begun.await();
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      threads.add(thread);
    }
    slots.leave();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(order).containsExactly(0, 1, 2, 3, 4);
  }
}
