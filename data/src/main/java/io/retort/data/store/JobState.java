package io.retort.data.store;

/** The life of a job. */
public enum JobState {
  QUEUED,
  RUNNING,
  /** Every file is searchable or unchanged. */
  SUCCEEDED,
  PARTIALLY_SUCCEEDED,
  FAILED,
  CANCELLED;

  public boolean isFinal() {
    return this != QUEUED && this != RUNNING;
  }
}
