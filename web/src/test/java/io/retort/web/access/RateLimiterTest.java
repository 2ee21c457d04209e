package io.retort.web.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final RateLimiter limiter = new RateLimiter(60, now::get);

  @Test
  void aBucketIsEmptyAfterAMinutesRequestsAndSaysWhenTheNextMayCome() {
    for (int i = 0; i < 60; i++) {
      assertThat(limiter.take("key_a")).isZero();
    }
    assertThat(limiter.take("key_a")).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void itRefillsEvenlyAndAcrossAnOverflowOfTheClock() {
    for (int i = 0; i < 60; i++) {
      limiter.take("key_a");
    }
    now.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(limiter.take("key_a")).isZero();
    assertThat(limiter.take("key_a")).isZero();
    assertThat(limiter.take("key_a")).isPositive();
  }

  @Test
  void oneKeyDoesNotEmptyAnothersBucket() {
    for (int i = 0; i < 100; i++) {
      limiter.take("key_a");
    }
    assertThat(limiter.take("key_b")).isZero();
  }
}
