package io.retort.encoder;

/** A text could not be encoded: the runtime failed, or gave what is no embedding. */
public final class EncodingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EncodingException(String message, Throwable cause) {
    super(message, cause);
  }
}
