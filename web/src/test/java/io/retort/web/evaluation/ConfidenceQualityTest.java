package io.retort.web.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfidenceQualityTest {
  @Test
  void errorIsTheDistanceBetweenConfidenceAndSuccessInEachBin() {
    double[] confidences = {.75, .75, .75, .75, .05};
    List<Boolean> right = List.of(true, true, true, false, false);
    // the bin of .75 has .75 right: no error; the other is .05 off for one of five
    assertThat(ConfidenceQuality.error(confidences, right)).isCloseTo(.01, within(1e-12));
    assertThat(ConfidenceQuality.error(new double[] {1, 1}, List.of(false, true)))
        .isCloseTo(.5, within(1e-12));
  }

  @Test
  void riskFallsWhenTheSureAnswersAreTheRightOnes() {
    List<Boolean> right = List.of(true, true, false, false);
    double good = ConfidenceQuality.riskCoverage(new double[] {.9, .8, .2, .1}, right);
    double bad = ConfidenceQuality.riskCoverage(new double[] {.1, .2, .8, .9}, right);
    assertThat(good).isCloseTo((0 + 0 + 1 / 3.0 + 1 / 2.0) / 4, within(1e-12));
    assertThat(bad).isCloseTo((1 + 1 + 2 / 3.0 + 1 / 2.0) / 4, within(1e-12));
  }
}
