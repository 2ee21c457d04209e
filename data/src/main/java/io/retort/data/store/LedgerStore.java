package io.retort.data.store;

import java.nio.file.Path;
import javax.sql.DataSource;

/**
 * One data directory, opened: ledger, originals and texts. This process owns it until {@link
 * #close}. Safe for use by many threads.
 */
public final class LedgerStore implements AutoCloseable {
  /**
   * Opens or creates the store in {@code dataDir}.
   *
   * @throws StoreException if it is in use, too new, or damaged
   */
  public static LedgerStore open(Path dataDir) {
    throw new UnsupportedOperationException();
  }

  /** Identifies this store; an index of another one is never used. */
  public String storeId() {
    throw new UnsupportedOperationException();
  }

  public ScopedDocuments documents() {
    throw new UnsupportedOperationException();
  }

  /** For further tables of the same database; migrations lie in {@code db/migration}. */
  public DataSource dataSource() {
    throw new UnsupportedOperationException();
  }

  /** Returns once everything that was committed before the call is synced to the device. */
  public void barrier() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
