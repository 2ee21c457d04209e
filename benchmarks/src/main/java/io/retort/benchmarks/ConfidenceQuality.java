package io.retort.benchmarks;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** What the confidences of answers are worth, given which answers were right. */
final class ConfidenceQuality {
  private static final int BINS = 10;

  private ConfidenceQuality() {}

  /**
   * Expected calibration error (Naeini et al. 2015) over ten bins of equal width: how far the mean
   * confidence of a bin is from its share of right answers, weighted by the bin's size. 0 is best.
   */
  static double error(double[] confidences, List<Boolean> right) {
    double[] sum = new double[BINS];
    for (int i = 0; i < confidences.length; i++) {
      int bin = Math.min((int) (confidences[i] * BINS), BINS - 1);
      sum[bin] += confidences[i] - (right.get(i) ? 1 : 0);
    }
    double error = 0;
    for (double difference : sum) {
      error += Math.abs(difference);
    }
    return error / confidences.length;
  }

  /**
   * Area under the risk-coverage curve (El-Yaniv and Wiener 2010): the share of wrong answers among
   * the n most confident ones, averaged over all n. 0 is best, the share of wrong answers is
   * chance.
   */
  static double riskCoverage(double[] confidences, List<Boolean> right) {
    List<Integer> order =
        IntStream.range(0, confidences.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -confidences[i]))
            .toList();
    int wrong = 0;
    double area = 0;
    for (int n = 1; n <= order.size(); n++) {
      wrong += right.get(order.get(n - 1)) ? 0 : 1;
      area += (double) wrong / n;
    }
    return area / order.size();
  }
}
