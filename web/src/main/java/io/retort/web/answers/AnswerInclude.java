package io.retort.web.answers;

/** What an answer can show in addition. */
enum AnswerInclude {
  TOKENS,
  NEIGHBOUR_TEXT,
  RAW_SCORES
}
