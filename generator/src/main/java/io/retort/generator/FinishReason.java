package io.retort.generator;

import java.util.Locale;

/** Why an answer goes no further. */
public enum FinishReason {
  /** The model ended it, or a stop text did. */
  STOP,
  /** {@code maxTokens} were generated. */
  LENGTH,
  TIMEOUT,
  CANCELLED,
  /** A later sentence was not certain enough to be shown. */
  LOW_CONFIDENCE,
  /** There is no answer; see {@link AbstentionReason}. */
  ABSTAINED;

  /** Whether more would have come, had there been more time or room. */
  public boolean partial() {
    return this == LENGTH || this == TIMEOUT || this == CANCELLED;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
