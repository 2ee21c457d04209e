package io.retort.data;

/**
 * An index was built with something other than what is loaded: encoder, tokenizer, chunker,
 * analyzer or schema. The two are never mixed; the message names both and the way out.
 */
public final class IndexMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public IndexMismatchException(String message) {
    super(message);
  }
}
