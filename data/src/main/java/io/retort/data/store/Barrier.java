package io.retort.data.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Returns once a commit is synced to the device. H2 hands a commit to the operating system only;
 * {@code CHECKPOINT SYNC} takes it to the disk. One caller syncs for all who wait: whoever comes
 * during a sync waits for the next one, which covers them all.
 *
 * <p>A sync that failed is never tried again, since the kernel may have dropped the page and report
 * success the next time. From then on every call is refused, until a restart has read back what is
 * really there. Safe for use by many threads.
 */
class Barrier {
  private final DataSource dataSource;
  private long begun; // syncs started
  private long done; // syncs finished
  private boolean running;
  private @Nullable SQLException failure;

  Barrier(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Everything committed before the call is on the device when it returns. */
  void await() {
    if (!coveredByAnother()) {
      lead();
    }
  }

  /** Waits for the next sync if one runs; false if the caller has to do it, for all who wait. */
  private synchronized boolean coveredByAnother() {
    long needed = begun + 1; // a sync that runs already may have missed the caller's commit
    boolean interrupted = false;
    try {
      while (true) {
        if (failure != null) {
          throw refused(failure);
        }
        if (done >= needed) {
          return true;
        }
        if (!running) {
          running = true;
          begun++;
          return false;
        }
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true; // the commit is done; only its promise is missing, and it is near
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  synchronized boolean failed() {
    return failure != null;
  }

  private void lead() {
    SQLException problem = null;
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("checkpoint sync");
    } catch (SQLException e) {
      problem = e;
    }
    synchronized (this) {
      running = false;
      done = begun;
      failure = problem;
      notifyAll();
    }
    if (problem != null) {
      throw refused(problem);
    }
  }

  private static RefusedException refused(SQLException failure) {
    return new RefusedException(
        Refusal.STORE_UNAVAILABLE,
        "the ledger could not be synced to the disk; nothing is accepted until a restart",
        failure);
  }
}
