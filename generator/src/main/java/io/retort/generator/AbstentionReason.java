package io.retort.generator;

import java.util.Locale;

/** Why there is no answer. The two are never mixed. */
public enum AbstentionReason {
  /** Retrieval found nothing about the question; nothing was decoded. */
  NO_RELEVANT_PASSAGE,
  /** Something was found, but no answer is certain enough. */
  LOW_CONFIDENCE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
