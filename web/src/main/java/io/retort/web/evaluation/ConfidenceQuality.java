package io.retort.web.evaluation;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** What the confidences of answers are worth, given which answers were right. */
public final class ConfidenceQuality {
  static final int BINS = 10;

  private ConfidenceQuality() {}

  /**
   * Expected calibration error (Naeini et al. 2015) over ten bins of equal width: how far the mean
   * confidence of a bin is from its share of right answers, weighted by the bin's size. 0 is best.
   */
  public static double error(double[] confidences, List<Boolean> right) {
    double[] sum = new double[BINS];
    for (int i = 0; i < confidences.length; i++) {
      int bin = bin(confidences[i]);
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
  public static double riskCoverage(double[] confidences, List<Boolean> right) {
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

  static int bin(double confidence) {
    return Math.min((int) (confidence * BINS), BINS - 1);
  }

  /**
   * Area under the receiver operating characteristic: how often a right answer has a higher
   * confidence than a wrong one, ties counting half. NaN if all or none are right.
   */
  static double auroc(double[] confidences, List<Boolean> right) {
    List<Integer> order =
        IntStream.range(0, confidences.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> confidences[i]))
            .toList();
    double pairs = 0;
    int wrongBelow = 0;
    int rights = 0;
    for (int start = 0; start < order.size(); ) {
      int end = start;
      int tiedRight = 0;
      while (end < order.size() && confidences[order.get(end)] == confidences[order.get(start)]) {
        tiedRight += right.get(order.get(end)) ? 1 : 0;
        end++;
      }
      int tiedWrong = end - start - tiedRight;
      pairs += tiedRight * (wrongBelow + tiedWrong / 2.0);
      wrongBelow += tiedWrong;
      rights += tiedRight;
      start = end;
    }
    return pairs / ((double) rights * wrongBelow);
  }
}
