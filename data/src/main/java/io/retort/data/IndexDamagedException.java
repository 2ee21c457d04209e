package io.retort.data;

import org.jspecify.annotations.Nullable;

/**
 * An index is missing, unreadable, fails a checksum or belongs to another store. It is derived from
 * the ledger: set it aside and build it again.
 */
public final class IndexDamagedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public IndexDamagedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
