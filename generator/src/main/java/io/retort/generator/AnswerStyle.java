package io.retort.generator;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How long an answer the question asks for; the model's manifest has the words that say so. */
public enum AnswerStyle {
  /** A phrase. */
  SHORT(32),
  /** One sentence. */
  SENTENCE(64),
  /** Several sentences. */
  PARAGRAPH(256);

  private final int maxTokens;

  AnswerStyle(int maxTokens) {
    this.maxTokens = maxTokens;
  }

  /** How many tokens are generated at most if the request does not say. */
  public int maxTokens() {
    return maxTokens;
  }

  /** Reads the form that {@link #toString()} writes. */
  public static AnswerStyle parse(String name) {
    for (AnswerStyle style : values()) {
      if (style.toString().equals(name)) {
        return style;
      }
    }
    throw new IllegalArgumentException(
        "unknown style '%s'; known: %s"
            .formatted(
                name,
                Arrays.stream(values())
                    .map(AnswerStyle::toString)
                    .collect(Collectors.joining(", "))));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
