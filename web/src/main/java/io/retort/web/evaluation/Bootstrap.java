package io.retort.web.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * 95 % percentile intervals (Efron and Tibshirani 1993) over resamples of the questions. All
 * metrics share the resamples, and two runs share them too, so that a difference is paired. The
 * same seed gives the same intervals.
 */
final class Bootstrap {
  static final int RESAMPLES = 2_000;
  private static final double LOW = 2.5;
  private static final double HIGH = 97.5;

  private Bootstrap() {}

  /** Both ends included. */
  record Interval(double low, double high) {}

  /** The intervals of those metrics that the rows say. */
  static Map<Metric, Interval> intervals(List<Row> rows, long seed) {
    return over(rows.size(), seed, draw -> values(pick(rows, draw)));
  }

  /**
   * The intervals of {@code one − other}.
   *
   * @param one,other the same questions in the same order
   */
  static Map<Metric, Interval> differences(List<Row> one, List<Row> other, long seed) {
    return over(
        one.size(),
        seed,
        draw -> {
          double[] values = values(pick(one, draw));
          double[] others = values(pick(other, draw));
          for (int m = 0; m < values.length; m++) {
            values[m] -= others[m];
          }
          return values;
        });
  }

  /** The values of all metrics in one resample. */
  private interface Resample {
    double[] values(int[] draw);
  }

  private static Map<Metric, Interval> over(int questions, long seed, Resample resample) {
    // The sequences of Random are specified, so that seeds outlive a JDK. Each resample has a seed
    // of
    // its own, so that it does not matter which is drawn first.
    long[] seeds = new Random(seed).longs(RESAMPLES).toArray();
    double[][] values = new double[RESAMPLES][];
    IntStream.range(0, RESAMPLES)
        .parallel()
        .forEach(
            r -> {
              var random = new Random(seeds[r]);
              int[] draw = new int[questions];
              for (int i = 0; i < questions; i++) {
                draw[i] = random.nextInt(questions);
              }
              values[r] = resample.values(draw);
            });
    Map<Metric, Interval> intervals = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      Interval interval = interval(Arrays.stream(values).mapToDouble(of -> of[metric.ordinal()]));
      if (interval != null) {
        intervals.put(metric, interval);
      }
    }
    return intervals;
  }

  /** A resample without a question that a metric is about says nothing of it. */
  private static @Nullable Interval interval(DoubleStream values) {
    double[] sorted = values.filter(v -> !Double.isNaN(v)).sorted().toArray();
    return sorted.length == 0
        ? null
        : new Interval(Percentile.of(sorted, LOW), Percentile.of(sorted, HIGH));
  }

  private static double[] values(List<Row> rows) {
    Metric[] metrics = Metric.values();
    double[] values = new double[metrics.length];
    for (int m = 0; m < metrics.length; m++) {
      values[m] = metrics[m].value(rows);
    }
    return values;
  }

  private static List<Row> pick(List<Row> rows, int[] draw) {
    List<Row> picked = new ArrayList<>(draw.length);
    for (int i : draw) {
      picked.add(rows.get(i));
    }
    return picked;
  }
}
