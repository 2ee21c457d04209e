package io.retort.client;

/** How long an answer is. */
public enum AnswerStyle {
  /** A phrase. */
  SHORT,
  SENTENCE,
  /** Several sentences. */
  PARAGRAPH
}
