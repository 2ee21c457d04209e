package io.retort.indexer.parse;

/** Ends a parser of which no more text is wanted. */
public final class EnoughTextException extends RuntimeException {
  private static final long serialVersionUID = 1;

  EnoughTextException() {
    super("no more text is wanted", null, false, false);
  }
}
