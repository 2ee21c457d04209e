package io.retort.generator;

import static java.util.Objects.requireNonNull;

/**
 * An earlier question of a conversation with the answer it got.
 *
 * @param answer empty if there was none; the question still says what is talked about
 */
public record Turn(String question, String answer) {
  public Turn {
    requireNonNull(question, "question");
    requireNonNull(answer, "answer");
  }

  /** What it adds to a text before a question. */
  String text() {
    return answer.isEmpty() ? question : question + " " + answer;
  }
}
