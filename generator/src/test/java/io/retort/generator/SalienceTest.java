package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SalienceTest {
  private static RetroModel.Slab scores(float[] starts, float[] ends) {
    return new RetroModel.Slab() {
      @Override
      public int length() {
        return starts.length;
      }

      @Override
      public float startScore(int j) {
        return starts[j];
      }

      @Override
      public float endScore(int j) {
        return ends[j];
      }
    };
  }

  @Test
  void normalisesOverAllNeighboursAndNoSpan() {
    var one = scores(new float[] {1, -1e4f}, new float[] {-1e4f, 2});
    var two = scores(new float[] {0}, new float[] {0});
    Salience salience = Salience.of(List.of(one, two));
    double starts = Math.log(1 + Math.exp(1) + Math.exp(0));
    double ends = Math.log(1 + Math.exp(2) + Math.exp(0));

    assertThat(salience.values())
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(
            (float) (1 - starts),
            -12, // nothing ended before a neighbour's first token
            -12,
            -12, // a start that is masked, before it an end that is
            (float) (0 - starts),
            -12);
    assertThat(Salience.of(List.of(two, one)).values()[5]).isEqualTo(-12);
    assertThat(salience.relevance()).isCloseTo(1 - Math.exp(-starts), within(1e-9));
    assertThat(ends).isPositive();
  }

  @Test
  void thePreviousEndIsTheOneBefore() {
    var one = scores(new float[] {0, 0, 0}, new float[] {3, 1, 0});
    double ends = Math.log(1 + Math.exp(3) + Math.exp(1) + 1);
    float[] values = Salience.of(List.of(one)).values();

    assertThat(values[1]).isEqualTo(-12);
    assertThat(values[3]).isCloseTo((float) (3 - ends), within(1e-5f));
    assertThat(values[5]).isCloseTo((float) (1 - ends), within(1e-5f));
  }

  @Test
  void largeScoresDoNotOverflow() {
    var loud = scores(new float[] {500, 499}, new float[] {500, 499});
    Salience salience = Salience.of(List.of(loud));

    assertThat(salience.relevance()).isEqualTo(1);
    assertThat(salience.values()[0]).isCloseTo((float) -Math.log1p(Math.exp(-1)), within(1e-4f));
  }

  @Test
  void aReaderThatFindsNothingMakesANeighbourIrrelevant() {
    var silent = scores(new float[] {-20, -20}, new float[] {-20, -20});

    assertThat(Salience.of(List.of(silent)).relevance()).isLessThan(1e-8);
  }
}
