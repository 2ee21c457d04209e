package io.retort.data.store;

/** What an upload did to its collection. */
public enum ItemOutcome {
  ADDED,
  /** Other content at the same path: a new version took the old one's place. */
  REPLACED,
  /** Same content, other title, tags or metadata: nothing was encoded. */
  UPDATED,
  /** Same content, same metadata: nothing was done. */
  UNCHANGED,
  /** A document of its own whose content the collection already had: nothing was encoded. */
  DUPLICATE
}
