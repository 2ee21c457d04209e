package io.retort.data.store;

import org.jspecify.annotations.Nullable;

/** Stored content is missing, or its bytes are not those that its name promises. */
public final class DamagedContentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DamagedContentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
