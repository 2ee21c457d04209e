package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How ingestion is, for health and metrics.
 *
 * @param openOperations accepted, not yet final
 * @param indexDrift documents that the ledger and the committed index disagree about, 0 when well
 * @param detail one sentence for an operator, null when {@code RUNNING}
 */
public record IngestHealth(
    State state, long openOperations, long indexDrift, @Nullable String detail) {
  /** Whether work goes on. */
  public enum State {
    /** The index is being compared with the ledger, or rebuilt from the stored texts. */
    RECOVERING,
    RUNNING,
    /** Too little space: goes on by itself when there is some. */
    PAUSED,
    /** A sync failed, or the ledger did: goes on after a restart only. */
    HALTED
  }

  public IngestHealth {
    requireNonNull(state, "state");
  }
}
