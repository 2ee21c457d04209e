package io.retort.retriever;

import io.retort.data.AccessScope;

/** What an index should hold and does not, for as long as a damaged one is being repaired. */
@FunctionalInterface
public interface IndexGaps {
  /** A whole index. */
  IndexGaps NONE = scope -> 0;

  /** Chunks in {@code scope} that the ledger calls searchable and the index lacks. */
  long missingChunks(AccessScope scope);
}
