package io.retort.generator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a sentence is certain enough to be shown, and keeps the evidence of the least
 * certain one that was: an answer is right if all of it is. One request's.
 */
final class Judge {
  private final Calibration calibration;
  private final double minConfidence;
  private double relevance;
  private double answerable = 1;
  private boolean accepted;
  private @Nullable ConfidenceEvidence least;

  /**
   * Begins with no sentence.
   *
   * @param minConfidence 0 accepts everything
   */
  Judge(Calibration calibration, double minConfidence) {
    this.calibration = calibration;
    this.minConfidence = minConfidence;
  }

  /** Notes how relevant the question's neighbours are. */
  void relevance(double probability) {
    relevance = probability;
  }

  /** Notes one minus the probability of the end token at the first step. */
  void answerable(double probability) {
    answerable = Math.clamp(probability, 0, 1);
  }

  /**
   * Whether these tokens may be shown.
   *
   * @param first they begin the answer
   * @param end log-probability of the end token after them, null if that was not chosen
   */
  boolean accepts(List<Step> tokens, boolean first, @Nullable Double end) {
    ConfidenceEvidence evidence = evidence(tokens, first, end);
    double confidence = calibration.confidence(evidence);
    boolean enough = minConfidence == 0 || confidence >= minConfidence;
    if (least == null || (enough && (!accepted || confidence < confidence()))) {
      least = evidence;
    }
    accepted |= enough;
    return enough;
  }

  /** Notes that the end came before any answer, and what would have been said in its place. */
  void refused(Step instead) {
    least = evidence(List.of(instead), true, null);
  }

  private ConfidenceEvidence evidence(List<Step> tokens, boolean first, @Nullable Double end) {
    double sum = 0;
    double lowest = 0;
    for (int t = 0; t < tokens.size(); t++) {
      double log = tokens.get(t).logProbability();
      if (first && t == 0) {
        log = Math.min(0, log - Math.log(answerable)); // given that there is an answer
      }
      sum += log;
      lowest = Math.min(lowest, log);
    }
    int count = tokens.size();
    if (end != null) {
      sum += end;
      lowest = Math.min(lowest, end);
      count++;
    }
    return new ConfidenceEvidence(relevance, answerable, sum / count, lowest);
  }

  /** Of the least certain sentence that was accepted, of the refused one if none was. */
  ConfidenceEvidence evidence() {
    return least == null ? new ConfidenceEvidence(relevance, answerable, 0, 0) : least;
  }

  double confidence() {
    return calibration.confidence(evidence());
  }
}
