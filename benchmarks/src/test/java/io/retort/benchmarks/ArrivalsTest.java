package io.retort.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  @Test
  void theSameSeedGivesTheSameTimes() {
    assertThat(Arrivals.poisson(20, 10, 7)).isEqualTo(Arrivals.poisson(20, 10, 7));
    assertThat(Arrivals.poisson(20, 10, 7)).isNotEqualTo(Arrivals.poisson(20, 10, 8));
  }

  @Test
  void theyAreAscendingAndInsideTheTime() {
    long[] due = Arrivals.poisson(50, 4, 1);
    assertThat(due).isSorted();
    assertThat(due[due.length - 1]).isLessThan(4_000_000_000L);
  }

  /** Of a Poisson process, mean and variance of the count in a second are the rate. */
  @Test
  void countsOfSecondsAreThoseOfAPoissonProcess() {
    int seconds = 20_000;
    long[] counts = new long[seconds];
    for (long due : Arrivals.poisson(5, seconds, 3)) {
      counts[(int) (due / 1_000_000_000L)]++;
    }
    double mean = IntStream.range(0, seconds).mapToLong(s -> counts[s]).average().orElseThrow();
    double variance =
        IntStream.range(0, seconds)
            .mapToDouble(s -> (counts[s] - mean) * (counts[s] - mean))
            .average()
            .orElseThrow();
    assertThat(mean).isCloseTo(5, within(0.1));
    assertThat(variance).isCloseTo(5, within(0.3));
  }

  @Test
  void noRateIsRefused() {
    assertThatThrownBy(() -> Arrivals.poisson(0, 10, 0)).hasMessageContaining("positive rate");
  }
}
