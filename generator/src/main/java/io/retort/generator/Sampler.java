package io.retort.generator;

import io.retort.generator.Sampling.Greedy;
import io.retort.generator.Sampling.Nucleus;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/** Chooses the next token. One request's: it holds the state of the random numbers. */
interface Sampler {
  /** A token that is not barred. */
  int choose(Mixture mixture, BitSet barred);

  static Sampler of(Sampling sampling) {
    return switch (sampling) {
      case Greedy() -> Mixture::likeliest;
      case Nucleus(double temperature, double topP, long seed) ->
          new NucleusSampler(temperature, topP, new SplittableRandom(seed));
    };
  }

  /** The method of Holtzman et al. 2020, arXiv 1904.09751. */
  record NucleusSampler(double temperature, double topP, SplittableRandom random)
      implements Sampler {
    @Override
    public int choose(Mixture mixture, BitSet barred) {
      return draw(mixture.probabilities(), barred, random.nextDouble());
    }

    /**
     * The token at {@code uniform} of the nucleus' cumulated weights.
     *
     * @param probabilities [V], overwritten
     */
    int draw(double[] probabilities, BitSet barred, double uniform) {
      double total = 0;
      long[] order = new long[probabilities.length]; // weight, inverted, above the token's id
      for (int w = 0; w < probabilities.length; w++) {
        double weight = barred.get(w) ? 0 : Math.pow(probabilities[w], 1 / temperature);
        probabilities[w] = weight;
        total += weight;
        order[w] = (long) ~Float.floatToIntBits((float) weight) << 32 | w;
      }
      Arrays.sort(order);
      double nucleus = 0;
      int size = 0;
      while (size < order.length
          && nucleus < topP * total
          && probabilities[(int) order[size]] > 0) {
        nucleus += probabilities[(int) order[size++]];
      }
      if (size == 0) {
        throw new IllegalStateException("every token is barred");
      }
      double left = uniform * nucleus;
      int i = 0;
      while (i < size - 1 && left >= probabilities[(int) order[i]]) {
        left -= probabilities[(int) order[i++]];
      }
      return (int) order[i];
    }
  }
}
