package io.retort.data.store;

import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * How the ledger is written: one transaction at a time, each behind the lock of the head row, so
 * that sequence numbers become visible in their order. Nothing slow belongs inside.
 */
final class LedgerTransactions {
  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;
  private final Barrier barrier;
  private final Clock clock;

  /** Inside this process nobody need wait for the row, nor hold a connection meanwhile. */
  private final ReentrantLock turn = new ReentrantLock(true);

  LedgerTransactions(
      JdbcClient jdbc, TransactionTemplate transactions, Barrier barrier, Clock clock) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.barrier = barrier;
    this.clock = clock;
  }

  /** The locked head: hands out numbers that nobody else has. */
  static final class Head {
    private long seq;
    private long leases;
    private boolean changed;

    private Head(long seq, long leases) {
      this.seq = seq;
      this.leases = leases;
    }

    long seq() {
      return seq;
    }

    long nextSeq() {
      return takeSeqs(1);
    }

    /** The first of {@code count} numbers in a row. */
    long takeSeqs(int count) {
      long first = seq + 1;
      seq += count;
      changed = true;
      return first;
    }

    /** No number up to {@code floor} is handed out any more. */
    void raiseTo(long floor) {
      if (floor > seq) {
        seq = floor;
        changed = true;
      }
    }

    long nextLease() {
      changed = true;
      return ++leases;
    }
  }

  JdbcClient jdbc() {
    return jdbc;
  }

  OffsetDateTime now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }

  /** Committed and on the device when it returns: what may be acknowledged. */
  <T> T durably(Function<Head, T> work) {
    T result = write(work);
    barrier.await();
    return result;
  }

  /** As {@link #durably(Function)}, for work without a result. */
  void durablyRun(Consumer<Head> work) {
    runWrite(work);
    barrier.await();
  }

  /** As {@link #write}, for work without a result. */
  void runWrite(Consumer<Head> work) {
    write(
        head -> {
          work.accept(head);
          return true;
        });
  }

  /** Committed when it returns; survives the process, not a power loss. */
  <T> T write(Function<Head, T> work) {
    turn.lock();
    try {
      return writeInTurn(work);
    } finally {
      turn.unlock();
    }
  }

  private <T> T writeInTurn(Function<Head, T> work) {
    return translated(
        () ->
            transactions.execute(
                status -> {
                  Head head =
                      jdbc.sql("select seq, leases from ledger_head where id = 1 for update")
                          .query((row, n) -> new Head(row.getLong(1), row.getLong(2)))
                          .single();
                  T result = work.apply(head);
                  if (head.changed) {
                    jdbc.sql("update ledger_head set seq = :seq, leases = :leases where id = 1")
                        .param("seq", head.seq)
                        .param("leases", head.leases)
                        .update();
                  }
                  return result;
                }));
  }

  <T> T read(Supplier<T> work) {
    return translated(work);
  }

  /** A ledger that does not answer is said so; mistakes of ours stay what they are. */
  private static <T> T translated(Supplier<T> work) {
    try {
      return work.get();
    } catch (DataIntegrityViolationException
        | InvalidDataAccessApiUsageException
        | InvalidDataAccessResourceUsageException e) {
      throw e;
    } catch (DataAccessException | TransactionException e) {
      throw new RefusedException(
          Refusal.STORE_UNAVAILABLE, "the ledger does not answer at the moment", e);
    }
  }
}
