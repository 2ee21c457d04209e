package io.retort.generator;

/** A graph failed or gave numbers that are none. It ends the request, not the process. */
public final class GenerationFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public GenerationFailedException(String message) {
    super(message);
  }

  public GenerationFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
