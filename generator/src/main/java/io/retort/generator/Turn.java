package io.retort.generator;

import static java.util.Objects.requireNonNull;

/** An earlier question of a conversation with the answer it got. */
public record Turn(String question, String answer) {
  public Turn {
    requireNonNull(question, "question");
    requireNonNull(answer, "answer");
  }
}
