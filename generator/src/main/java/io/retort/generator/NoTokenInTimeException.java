package io.retort.generator;

/** The deadline came before any token could be let out. */
public final class NoTokenInTimeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoTokenInTimeException() {
    super("the deadline came before the first token");
  }
}
