package io.retort.benchmarks;

import java.util.Random;
import java.util.stream.LongStream;

/**
 * When the requests of an open loop are due: a Poisson process, since people do not wait for each
 * other. The times are fixed beforehand, so that a service that falls behind delays no request that
 * it has yet to get.
 */
final class Arrivals {
  private Arrivals() {}

  /**
   * Nanoseconds after the start, ascending, all before {@code seconds}.
   *
   * @param perSecond requests on average
   */
  static long[] poisson(double perSecond, int seconds, long seed) {
    if (!(perSecond > 0) || seconds < 1) {
      throw new IllegalArgumentException(
          "expected a positive rate over at least a second, not %s over %d"
              .formatted(perSecond, seconds));
    }
    var random = new Random(seed);
    LongStream.Builder due = LongStream.builder();
    double at = 0;
    while (true) {
      at += -Math.log(1 - random.nextDouble()) / perSecond;
      if (at >= seconds) {
        return due.build().toArray();
      }
      due.add((long) (at * 1e9));
    }
  }
}
