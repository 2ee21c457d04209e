package io.retort.web.answers;

/** What an answer can show in addition. */
public enum AnswerInclude {
  TOKENS,
  NEIGHBOUR_TEXT,
  RAW_SCORES
}
