package io.retort.data.store;

import org.jspecify.annotations.Nullable;

/**
 * A data directory that cannot be opened as it is: in use, written by a newer program, damaged. The
 * message names the file and the way out.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What a program does about it, for instance by its exit code. */
  public enum Kind {
    /** Another process owns the data directory. */
    IN_USE,
    /** Written by a newer program, or by another encoder. */
    INCOMPATIBLE,
    /** A file is missing or unreadable. */
    DAMAGED
  }

  private final Kind kind;

  public StoreException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
