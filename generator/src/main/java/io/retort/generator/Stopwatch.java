package io.retort.generator;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Adds up where the time of one request goes. One request's, used by its thread. */
final class Stopwatch {
  enum Stage {
    QUEUE,
    RETRIEVE,
    NEIGHBOUR_ENCODE,
    PREFILL,
    DECODE,
    VERIFY
  }

  /** Ends the timing of a stage. */
  interface Lap extends AutoCloseable {
    @Override
    void close();
  }

  private final long start = System.nanoTime();
  private final long[] nanos = new long[Stage.values().length];
  private @Nullable Duration firstToken;

  /** Times a stage until the lap is closed; a lap inside it counts for both. */
  Lap time(Stage stage) {
    long begin = System.nanoTime();
    return () -> nanos[stage.ordinal()] += System.nanoTime() - begin;
  }

  /** Notes that the first token was let out, once. */
  void tokenOut() {
    if (firstToken == null) {
      firstToken = elapsed();
    }
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private Duration total(Stage stage) {
    return Duration.ofNanos(nanos[stage.ordinal()]);
  }

  Timings timings() {
    return new Timings(
        total(Stage.QUEUE),
        total(Stage.RETRIEVE),
        total(Stage.NEIGHBOUR_ENCODE),
        total(Stage.PREFILL),
        total(Stage.DECODE),
        total(Stage.VERIFY),
        firstToken,
        elapsed());
  }
}
