package io.retort.data;

import java.time.Duration;

/** A point of {@link System#nanoTime()} after which a request's work is of no use. */
public record Deadline(long nanoTime) {
  public static Deadline in(Duration duration) {
    return new Deadline(System.nanoTime() + duration.toNanos());
  }

  public boolean passed() {
    return System.nanoTime() - nanoTime >= 0;
  }

  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }
}
