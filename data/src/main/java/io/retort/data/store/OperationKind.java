package io.retort.data.store;

/** What an open operation of the ledger will do to the index. */
public enum OperationKind {
  /** Makes a version live: parsed, cut, encoded, written. */
  PUT,
  /** Writes the live version again, since title, tags or metadata changed. */
  UPDATE,
  /** Writes the live version again because somebody asked for it. */
  REWRITE,
  /** Writes the live version again because the index has lost it. */
  REPAIR,
  /** Takes a deleted document out. */
  DELETE
}
