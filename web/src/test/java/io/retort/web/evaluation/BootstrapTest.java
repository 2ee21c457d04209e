package io.retort.web.evaluation;

import static io.retort.web.evaluation.Rows.answered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  /** So many right ones first, then wrong ones. */
  private static List<Row> rows(int right, int wrong) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < right + wrong; i++) {
      rows.add(answered("q" + i, i < right, 0.5));
    }
    return rows;
  }

  @Test
  void theIntervalOfAShareIsThatOfItsBinomialDistribution() {
    // 2.5 % and 97.5 % of the binomial distribution with n = 100, p = 0.6: 50 and 70 (its
    // quantiles)
    var interval = Bootstrap.intervals(rows(60, 40), 0).get(Metric.EM);
    assertThat(interval.low()).isCloseTo(0.50, within(0.011));
    assertThat(interval.high()).isCloseTo(0.69, within(0.011));
  }

  @Test
  void theSameSeedGivesTheSameIntervals() {
    List<Row> rows = rows(13, 17);
    assertThat(Bootstrap.intervals(rows, 7)).isEqualTo(Bootstrap.intervals(rows, 7));
    assertThat(Bootstrap.intervals(rows, 7)).isNotEqualTo(Bootstrap.intervals(rows, 8));
  }

  @Test
  void aDifferenceIsPaired() {
    // One run is right wherever the other is and at ten more of a hundred: unpaired, the interval
    // would reach over zero; paired it is that of a share of 0.1.
    var paired = Bootstrap.differences(rows(60, 40), rows(50, 50), 0).get(Metric.EM);
    assertThat(paired.low()).isCloseTo(0.04, within(0.011));
    assertThat(paired.high()).isCloseTo(0.16, within(0.011));
    var same = Bootstrap.differences(rows(50, 50), rows(50, 50), 0).get(Metric.EM);
    assertThat(same).isEqualTo(new Bootstrap.Interval(0, 0));
  }

  @Test
  void whatIsNotSaidHasNoInterval() {
    assertThat(Bootstrap.intervals(rows(3, 3), 0)).doesNotContainKey(Metric.NO_ANSWER_F1);
    assertThat(Bootstrap.intervals(rows(3, 3), 0)).doesNotContainKey(Metric.KNOCK_OUT_AGREEMENT);
    assertThat(Bootstrap.intervals(List.of(), 0)).isEmpty();
  }
}
