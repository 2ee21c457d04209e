package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A collection with what it holds now.
 *
 * @param chunks of live versions, as the ledger counts them
 * @param byStatus documents by status; a status without documents is left out
 */
public record CollectionSummary(
    CollectionRow collection,
    long documents,
    long chunks,
    long characters,
    long bytes,
    SortedMap<DocumentStatus, Long> byStatus,
    State state) {
  /** Whether the index answers for all of the collection's live documents. */
  public enum State {
    READY,
    REINDEXING,
    DEGRADED
  }

  public CollectionSummary {
    requireNonNull(collection, "collection");
    requireNonNull(state, "state");
    byStatus = Collections.unmodifiableSortedMap(new TreeMap<>(byStatus));
  }
}
