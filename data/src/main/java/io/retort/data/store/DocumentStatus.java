package io.retort.data.store;

/** What became of a file. Every file ends in exactly one status other than {@link #ACCEPTED}. */
public enum DocumentStatus {
  /** Original and ledger row are on disk: becomes one of the others, never forgotten. */
  ACCEPTED,
  /** All its text is in a committed index. */
  SEARCHABLE,
  /** What could be read is in a committed index; the reason says what is missing. */
  PARTIAL,
  /** Too few visible characters; the little there is can be found. */
  NO_TEXT,
  ENCRYPTED,
  UNSUPPORTED,
  /** A limit was met before any text arrived. */
  LIMIT,
  FAILED;

  public boolean isFinal() {
    return this != ACCEPTED;
  }

  /** Whether a job counts a file that ended so as completed, and not as failed. */
  public boolean isCompleted() {
    return this == SEARCHABLE || this == PARTIAL;
  }

  /** Whether a document with this status has to say why. */
  public boolean needsReason() {
    return this != ACCEPTED && this != SEARCHABLE;
  }
}
