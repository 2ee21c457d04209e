package io.retort.benchmarks;

import io.retort.web.evaluation.Expectations;
import io.retort.web.evaluation.Percentile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run measured, printed as it comes, and compared with what is expected at the end. */
final class Figures {
  private final Map<String, Double> measured = new LinkedHashMap<>();

  /** One figure with what is needed to judge it: its spread, or how many samples it rests on. */
  void add(String metric, double value, String unit, String spread) {
    measured.put(metric, value);
    System.out.printf(Locale.ROOT, "%-38s %10.3f %-9s %s%n", metric, value, unit, spread);
  }

  /** A share of successes among independent trials, with its standard error. */
  void addShare(String metric, int successes, int trials) {
    double share = (double) successes / trials;
    double error = Math.sqrt(share * (1 - share) / trials);
    add(metric, share, "", String.format(Locale.ROOT, "± %.3f, n = %d", error, trials));
  }

  /** Median of repeated runs, with the smallest and the largest. */
  void addRuns(String metric, List<Double> runs, String unit) {
    double[] sorted = sorted(runs);
    add(
        metric,
        Percentile.of(sorted, 50),
        unit,
        String.format(
            Locale.ROOT,
            "%.3f .. %.3f in %d runs",
            sorted[0],
            sorted[sorted.length - 1],
            sorted.length));
  }

  /** Percentiles 50 and 95 of single measurements. */
  void addLatencies(String metric, List<Double> millis) {
    addLatencies(metric, millis, 50, 95);
  }

  /** Percentiles of single measurements. */
  void addLatencies(String metric, List<Double> millis, int... percents) {
    double[] sorted = sorted(millis);
    String spread =
        String.format(
            Locale.ROOT,
            "n = %d, %.3f .. %.3f",
            sorted.length,
            sorted[0],
            sorted[sorted.length - 1]);
    for (int percent : percents) {
      add(metric + "_p" + percent + "_ms", Percentile.of(sorted, percent), "ms", spread);
    }
  }

  /**
   * Compares with a file of expected values.
   *
   * @return whether every value of the file was measured and lies within its tolerance
   */
  boolean meet(@Nullable Path expectedFile) throws IOException {
    if (expectedFile == null) {
      return true;
    }
    List<String> misses = Expectations.read(expectedFile).misses(measured);
    misses.forEach(System.out::println);
    return misses.isEmpty();
  }

  private static double[] sorted(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }
}
