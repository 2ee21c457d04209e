package io.retort.generator;

import org.jspecify.annotations.Nullable;

/**
 * How a generator uses the machine, and where it abstains.
 *
 * @param slots requests decoded at once; more wait for a slot
 * @param readers threads that read neighbours, for all slots together
 * @param minConfidence null is the model's calibration
 * @param minRelevance below it nothing is decoded; null is the model's calibration
 */
public record GeneratorOptions(
    int slots, int readers, @Nullable Double minConfidence, @Nullable Double minRelevance) {
  public GeneratorOptions {
    if (slots < 1) {
      throw new IllegalArgumentException("slots must be positive: " + slots);
    }
    if (readers < 1) {
      throw new IllegalArgumentException("readers must be positive: " + readers);
    }
    requireProbability(minConfidence, "minConfidence");
    requireProbability(minRelevance, "minRelevance");
  }

  /** One slot and one reader a processor, thresholds of the model's calibration. */
  public static GeneratorOptions forProcessors(int processors) {
    return new GeneratorOptions(processors, processors, null, null);
  }

  private static void requireProbability(@Nullable Double value, String name) {
    if (value != null && !(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be in [0, 1]: " + value);
    }
  }
}
