package io.retort.web;

/** A command line that cannot be understood; the message names the argument. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
