package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.retort.generator.Sampler.NucleusSampler;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {
  private static final double[] DISTRIBUTION = {.1, .4, .2, .3};

  private static int draw(double temperature, double topP, double uniform, int... barred) {
    var bits = new BitSet();
    for (int token : barred) {
      bits.set(token);
    }
    return new NucleusSampler(temperature, topP, new SplittableRandom(0))
        .draw(DISTRIBUTION.clone(), bits, uniform);
  }

  // In order: 1 (.4), 3 (.3), 2 (.2), 0 (.1).
  @ParameterizedTest
  @CsvSource({
    "1, 0, 1",
    "1, .39, 1",
    "1, .41, 3",
    "1, .71, 2",
    "1, .91, 0",
    "1, .999, 0",
    ".7, .56, 1",
    ".7, .58, 3",
    ".7, .999, 3", // nucleus 1 and 3: .4 / .7 = .571
    ".1, .999, 1",
  })
  void aDrawFollowsTheCumulatedProbabilities(double topP, double uniform, int token) {
    assertThat(draw(1, topP, uniform)).isEqualTo(token);
  }

  @Test
  void temperatureSharpens() {
    // squares: .16 .09 .04 .01, sum .30
    assertThat(draw(.5, 1, .53)).isEqualTo(1);
    assertThat(draw(.5, 1, .54)).isEqualTo(3);
  }

  @Test
  void barredTokensAreOutOfTheDistribution() {
    assertThat(draw(1, 1, .49, 1)).isEqualTo(3); // left: .3 .2 .1
    assertThat(draw(1, 1, .51, 1)).isEqualTo(2);
    assertThatThrownBy(() -> draw(1, 1, .5, 0, 1, 2, 3)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void tiesGoToTheSmallerId() {
    var sampler = new NucleusSampler(1, .5, new SplittableRandom(0));
    assertThat(sampler.draw(new double[] {.25, .25, .25, .25}, new BitSet(), .6)).isEqualTo(1);
  }

  @Test
  void frequenciesAreTheProbabilities() {
    long seed = 20261125;
    var random = new SplittableRandom(seed);
    int[] counts = new int[4];
    int draws = 40_000;
    for (int i = 0; i < draws; i++) {
      counts[draw(1, 1, random.nextDouble())]++;
    }
    for (int w = 0; w < 4; w++) {
      assertThat((double) counts[w] / draws)
          .as("seed %d, token %d", seed, w)
          .isCloseTo(DISTRIBUTION[w], within(.01));
    }
  }
}
