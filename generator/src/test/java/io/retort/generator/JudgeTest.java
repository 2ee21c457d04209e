package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final Calibration RAW = Calibration.of(Map.of());

  private static Step said(double probability) {
    return new Step(5, Math.log(probability), 0, List.of());
  }

  @Test
  void rawConfidenceIsAnswerableTimesTheGeometricMean() {
    var judge = new Judge(RAW, 0.3);
    judge.relevance(.9);
    judge.answerable(.8);

    // the first token's .4 is .5, given that there is an answer
    assertThat(judge.accepts(List.of(said(.4), said(.5)), true, Math.log(.5))).isTrue();
    assertThat(judge.confidence()).isCloseTo(.8 * .5, within(1e-9));
    assertThat(judge.evidence().lowestLogProbability()).isCloseTo(Math.log(.5), within(1e-9));
    assertThat(judge.evidence().relevance()).isEqualTo(.9);
  }

  @Test
  void theLeastCertainSentenceThatWasShownCounts() {
    var judge = new Judge(RAW, .5);

    assertThat(judge.accepts(List.of(said(.9)), true, null)).isTrue();
    assertThat(judge.accepts(List.of(said(.6)), false, null)).isTrue();
    assertThat(judge.accepts(List.of(said(.8)), false, null)).isTrue();
    assertThat(judge.accepts(List.of(said(.2)), false, null)).isFalse();
    assertThat(judge.confidence()).isCloseTo(.6, within(1e-9));
  }

  @Test
  void aRefusedAnswerKeepsItsOwnConfidence() {
    var judge = new Judge(RAW, .5);

    assertThat(judge.accepts(List.of(said(.2)), true, null)).isFalse();
    assertThat(judge.confidence()).isCloseTo(.2, within(1e-9));
  }

  @Test
  void thresholdZeroAcceptsEverything() {
    var judge = new Judge(RAW, 0);
    judge.answerable(0);

    assertThat(judge.accepts(List.of(said(1e-300)), true, null)).isTrue();
    assertThat(judge.confidence()).isBetween(0.0, 1.0);
  }

  @Test
  void calibrationIsLogistic() {
    var calibration =
        Calibration.of(
            Map.of(
                "min_confidence",
                0.4,
                "min_relevance",
                0.1,
                "measured",
                "on something",
                "confidence",
                Map.of(
                    "intercept", 1,
                    "relevance", 0.5,
                    "answerable", 2,
                    "mean_log_probability", 3,
                    "lowest_log_probability", 0.25)));
    double sum = 1 + 0.5 * 0 + 2 * Math.log(.9 / .1) + 3 * -0.2 + 0.25 * -0.4;

    assertThat(calibration.minConfidence()).isEqualTo(0.4);
    assertThat(calibration.confidence(new ConfidenceEvidence(.5, .9, -.2, -.4)))
        .isCloseTo(1 / (1 + Math.exp(-sum)), within(1e-12));
    assertThat(calibration.confidence(new ConfidenceEvidence(1, 1, 0, 0))).isLessThanOrEqualTo(1);
    assertThat(calibration.confidence(new ConfidenceEvidence(0, 0, -1e9, -1e9))).isNotNegative();
  }

  @Test
  void eachStyleHasItsOwnCalibrationOrTheNextShorterOnes() {
    Calibrations all =
        Calibrations.of(
            Map.of(
                "min_confidence", 0.4, "styles", Map.of("sentence", Map.of("min_confidence", .2))));
    assertThat(all.of(AnswerStyle.SHORT).minConfidence()).isEqualTo(.4);
    assertThat(all.of(AnswerStyle.SENTENCE).minConfidence()).isEqualTo(.2);
    assertThat(all.of(AnswerStyle.PARAGRAPH).minConfidence()).isEqualTo(.2);
    assertThat(Calibrations.of(Map.of("min_confidence", .4)).of(AnswerStyle.PARAGRAPH))
        .isEqualTo(all.of(AnswerStyle.SHORT));
    assertThatThrownBy(() -> Calibrations.of(Map.of("styles", Map.of("novel", Map.of()))))
        .hasMessageContaining("novel");
    assertThatThrownBy(() -> Calibrations.of(Map.of("styles", Map.of("sentence", 0.2))))
        .hasMessageContaining("styles.sentence");
    assertThatThrownBy(() -> Calibrations.of(Map.of("styles", 0.2))).hasMessageContaining("styles");
  }

  @Test
  void anIncompleteCalibrationIsRefused() {
    assertThatThrownBy(() -> Calibration.of(Map.of("confidence", Map.of("intercept", 1))))
        .hasMessageContaining("answerable");
    assertThatThrownBy(() -> Calibration.of(Map.of("min_confidence", "high")))
        .hasMessageContaining("min_confidence");
    assertThatThrownBy(() -> Calibration.of(Map.of("min_relevance", 2)))
        .hasMessageContaining("min_relevance");
  }
}
