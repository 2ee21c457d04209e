package io.retort.indexer;

/** The points between two of which the promises of an upload must hold, in their order. */
public enum Milestone {
  /** Originals are in their place and forced; nothing refers to them yet. */
  ORIGINALS_KEPT,
  /** The ledger has taken the files, and the device has confirmed it. */
  ACCEPTED,
  PARSED,
  /** Texts are forced; some chunks have an embedding. */
  ENCODING,
  /** The ledger knows what the document will be; the index does not hold it. */
  PREPARED,
  /** The block is in the writer, not in a commit. */
  BLOCK_WRITTEN,
  DELETE_WRITTEN,
  /** About to commit the index. */
  COMMITTING,
  /** The index is committed; the ledger does not say so. */
  INDEX_COMMITTED,
  /** The ledger says so, on the device. */
  SETTLED
}
