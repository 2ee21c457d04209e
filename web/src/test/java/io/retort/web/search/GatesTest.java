package io.retort.web.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.retort.data.store.Grant;
import io.retort.web.access.Caller;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("API-5")
@Timeout(60)
class GatesTest {
  private static final Caller CALLER =
      new Caller("user:ada", new Grant("user:ada", Set.of("ask"), Set.of("*")));

  @Test
  void whoWaitsIsCounted() throws Exception {
    var registry = new SimpleMeterRegistry();
    Gate gate = new Gates(registry).open("search", "a search", 1, 2);
    var depth = registry.get("retort.queue.depth").tag("queue", "search").gauge();
    assertThat(depth.value()).isZero();
    var release = new CountDownLatch(1);
    Thread inside = pass(gate, release);
    while (inside.getState() != Thread.State.WAITING) { // at the latch, behind the gate
      Thread.onSpinWait();
    }
    Thread waiting = pass(gate, release);
    while (depth.value() < 1) {
      Thread.onSpinWait();
    }
    release.countDown();
    inside.join();
    waiting.join();
    assertThat(depth.value()).isZero();
  }

  private static Thread pass(Gate gate, CountDownLatch release) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                gate.pass(
                    CALLER,
                    Duration.ofSeconds(30),
                    () -> {
                      release.await();
                      return true;
                    });
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
  }
}
