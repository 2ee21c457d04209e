package io.retort.data.store;

/** What a job is for. */
public enum JobKind {
  INGEST,
  REINDEX,
  EVALUATION,
  BACKUP
}
