package io.retort.web.evaluation;

import java.util.Arrays;
import java.util.Collection;

/** Values by their rank. */
public final class Percentile {
  private Percentile() {}

  /** The smallest value that at least so many per cent of the sorted values do not exceed. */
  public static double of(double[] sorted, double percent) {
    return sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100.0) - 1)];
  }

  static double of(Collection<Double> values, double percent) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return of(sorted, percent);
  }
}
