package io.retort.data.store;

/** Why the store did not do what it was asked, in the words of the outer contract. */
public enum Refusal {
  COLLECTION_NOT_FOUND,
  DOCUMENT_NOT_FOUND,
  JOB_NOT_FOUND,
  COLLECTION_EXISTS,
  JOB_FINAL,
  NOTHING_TO_RETRY,
  REINDEX_RUNNING,
  IDEMPOTENCY_KEY_REUSED,
  /** The version asked for is not the live one. */
  VERSION_GONE,
  RANGE_OUT_OF_BOUNDS,
  INVALID_CURSOR,
  INVALID_PARAMETER,
  /** The whole request is larger than allowed. */
  BODY_TOO_LARGE,
  /** Too many operations are open. */
  OVERLOADED,
  STORAGE_FULL,
  /** The ledger cannot be read or written, or a sync failed: reading may go on, writing not. */
  STORE_UNAVAILABLE,
  INDEX_DEGRADED,
  SHUTTING_DOWN
}
