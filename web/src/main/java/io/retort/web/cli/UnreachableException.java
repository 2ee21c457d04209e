package io.retort.web.cli;

import java.io.IOException;

/** No service answers where one was expected, or it went away; the message names the address. */
final class UnreachableException extends IOException {
  private static final long serialVersionUID = 1L;

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }

  UnreachableException(String message) {
    super(message);
  }
}
