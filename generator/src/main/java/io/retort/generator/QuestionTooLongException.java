package io.retort.generator;

/** A question has more decoder tokens than a prompt takes. */
public final class QuestionTooLongException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int tokens;
  private final int allowed;

  QuestionTooLongException(int tokens, int allowed) {
    super("the question has %d tokens, at most %d are taken".formatted(tokens, allowed));
    this.tokens = tokens;
    this.allowed = allowed;
  }

  public int tokens() {
    return tokens;
  }

  public int allowed() {
    return allowed;
  }
}
