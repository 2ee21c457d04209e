package io.retort.web.runs;

import static java.util.Objects.requireNonNull;

import io.retort.generator.AnswerStyle;
import org.jspecify.annotations.Nullable;

/**
 * How a run asks.
 *
 * @param k null where the service decides
 * @param minConfidence null is the models' calibration
 * @param limit how many questions are drawn, 0 for all
 * @param seed of the draw and of the resamples
 * @param knockOuts how many cited answers are put to the test
 */
public record RunSettings(
    AnswerStyle style,
    @Nullable Integer k,
    @Nullable Double minConfidence,
    int limit,
    long seed,
    int knockOuts) {
  public RunSettings {
    requireNonNull(style, "style");
  }
}
