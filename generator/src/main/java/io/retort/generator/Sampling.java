package io.retort.generator;

/** How the next token is chosen from its distribution. */
public sealed interface Sampling {
  /**
   * The sampling that these request fields ask for.
   *
   * @param temperature 0 is greedy
   */
  static Sampling of(double temperature, double topP, long seed) {
    return temperature == 0 ? new Greedy() : new Nucleus(temperature, topP, seed);
  }

  /** The most probable token, the smaller id of two that are equal. */
  record Greedy() implements Sampling {}

  /**
   * A draw from the smallest set of most probable tokens that holds {@code topP} of the
   * probability, after every probability was raised to 1 / temperature.
   */
  record Nucleus(double temperature, double topP, long seed) implements Sampling {
    public Nucleus {
      if (!(temperature > 0 && temperature <= 2)) {
        throw new IllegalArgumentException("temperature must be in (0, 2]: " + temperature);
      }
      if (!(topP > 0 && topP <= 1)) {
        throw new IllegalArgumentException("topP must be in (0, 1]: " + topP);
      }
    }
  }
}
