package io.retort.indexer.parse;

import org.jspecify.annotations.Nullable;

/**
 * No parser can be forked. This machine's fault, not the file's: trying again later makes sense.
 */
public final class ParsersUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ParsersUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
