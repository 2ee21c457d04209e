package io.retort.data.store;

/** How far the work on one file of a job is. Progress, not a status: forgotten in a restart. */
public enum ItemPhase {
  STORED,
  PARSING,
  CHUNKING,
  ENCODING,
  WRITING,
  DONE
}
