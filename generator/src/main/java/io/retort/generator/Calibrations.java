package io.retort.generator;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;

/**
 * A {@link Calibration} for each style: a sentence has more words that could have been others than
 * a phrase has, so the same evidence means something else.
 */
record Calibrations(Map<AnswerStyle, Calibration> byStyle) {
  private static final String STYLES = "styles";

  Calibrations {
    byStyle = Map.copyOf(byStyle);
  }

  /**
   * Reads a manifest's calibration: the fields of a {@link Calibration} for phrases, and in {@code
   * styles} those of other styles by name. A style that is not there takes the next shorter one's:
   * of a paragraph each sentence is judged by itself.
   */
  static Calibrations of(Map<String, Object> json) {
    Map<?, ?> styles =
        switch (json.getOrDefault(STYLES, Map.of())) {
          case Map<?, ?> map -> map;
          case Object other ->
              throw new IllegalArgumentException("calibration.styles must be an object: " + other);
        };
    for (Object name : styles.keySet()) {
      AnswerStyle.parse(String.valueOf(name));
    }
    Map<AnswerStyle, Calibration> byStyle = new EnumMap<>(AnswerStyle.class);
    Calibration shorter = Calibration.of(json);
    for (AnswerStyle style : AnswerStyle.values()) {
      shorter =
          switch (styles.get(style.toString())) {
            case null -> shorter;
            case Map<?, ?> own -> Calibration.of(own);
            case Object other ->
                throw new IllegalArgumentException(
                    "calibration.styles.%s must be an object: %s".formatted(style, other));
          };
      byStyle.put(style, shorter);
    }
    return new Calibrations(byStyle);
  }

  Calibration of(AnswerStyle style) {
    return requireNonNull(byStyle.get(style));
  }
}
