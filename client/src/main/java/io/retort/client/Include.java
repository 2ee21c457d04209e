package io.retort.client;

/** What an answer shows in addition. */
public enum Include {
  TOKENS,
  NEIGHBOUR_TEXT,
  /** For administrators. */
  RAW_SCORES
}
