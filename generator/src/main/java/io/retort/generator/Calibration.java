package io.retort.generator;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From what the models say about an answer to the probability that it is right, by the numbers of
 * the model's manifest.
 *
 * <p>Calibrated, the confidence is the logistic function of {@code intercept + relevance ·
 * logit(relevance) + answerable · logit(answerable) + mean_log_probability · mean +
 * lowest_log_probability · lowest}, each of the four values cut to [−12, 12]. A manifest without
 * {@code confidence} leaves it raw: answerable · exp(mean), the probability that there is an answer
 * times the geometric mean of its tokens'.
 *
 * @param minConfidence the threshold that is used if nobody names one
 * @param minRelevance likewise
 * @param confidence null for raw
 */
record Calibration(double minConfidence, double minRelevance, @Nullable Logistic confidence) {
  private static final double LIMIT = 12;

  /** Without calibration: so low that only the end token at the first step abstains. */
  private static final double UNCALIBRATED_MIN_CONFIDENCE = 0.01;

  private static final Set<String> WEIGHTS =
      Set.of(
          "intercept", "relevance", "answerable", "mean_log_probability", "lowest_log_probability");

  /** The weights of the four values. */
  record Logistic(
      double intercept, double relevance, double answerable, double mean, double lowest) {}

  Calibration {
    requireProbability(minConfidence, "min_confidence");
    requireProbability(minRelevance, "min_relevance");
  }

  /**
   * Reads one calibration: {@code min_confidence}, {@code min_relevance}, {@code confidence}; other
   * names are notes of whoever measured.
   */
  static Calibration of(Map<?, ?> json) {
    Logistic logistic = null;
    if (json.get("confidence") instanceof Map<?, ?> weights) {
      if (!weights.keySet().equals(WEIGHTS)) {
        throw new IllegalArgumentException(
            "calibration.confidence has %s; expected %s".formatted(weights.keySet(), WEIGHTS));
      }
      logistic =
          new Logistic(
              number(weights, "intercept", 0),
              number(weights, "relevance", 0),
              number(weights, "answerable", 0),
              number(weights, "mean_log_probability", 0),
              number(weights, "lowest_log_probability", 0));
    } else if (json.containsKey("confidence")) {
      throw new IllegalArgumentException(
          "calibration.confidence must be an object: " + json.get("confidence"));
    }
    return new Calibration(
        number(json, "min_confidence", UNCALIBRATED_MIN_CONFIDENCE),
        number(json, "min_relevance", 0),
        logistic);
  }

  /** Whether the confidence is a probability that was fitted, and can decide alone. */
  boolean fitted() {
    return confidence != null;
  }

  /** 0..1. */
  double confidence(ConfidenceEvidence evidence) {
    if (confidence == null) {
      return evidence.answerable() * Math.exp(evidence.meanLogProbability());
    }
    double sum =
        confidence.intercept()
            + confidence.relevance() * logit(evidence.relevance())
            + confidence.answerable() * logit(evidence.answerable())
            + confidence.mean() * cut(evidence.meanLogProbability())
            + confidence.lowest() * cut(evidence.lowestLogProbability());
    return 1 / (1 + Math.exp(-sum));
  }

  private static double logit(double probability) {
    return cut(Math.log(probability) - Math.log1p(-probability));
  }

  private static double cut(double value) {
    return Math.clamp(value, -LIMIT, LIMIT);
  }

  private static double number(Map<?, ?> json, String name, double otherwise) {
    return switch (json.get(name)) {
      case null -> otherwise;
      case Number number -> number.doubleValue();
      case Object other ->
          throw new IllegalArgumentException(
              "calibration.%s must be a number: %s".formatted(name, other));
    };
  }

  private static void requireProbability(double value, String name) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "calibration.%s must be in [0, 1]: %s".formatted(name, value));
    }
  }
}
