package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One file of a job.
 *
 * @param number its place in the job, from 0
 * @param documentId null if the file was refused before it became a document
 * @param outcome null before the end
 * @param attempts how often its parser was started
 */
public record ItemRow(
    int number,
    String path,
    @Nullable String documentId,
    DocumentStatus status,
    @Nullable ItemOutcome outcome,
    ItemPhase phase,
    int chunksDone,
    @Nullable Integer chunksTotal,
    int attempts,
    @Nullable Reason reason) {
  public ItemRow {
    requireNonNull(path, "path");
    requireNonNull(status, "status");
    requireNonNull(phase, "phase");
  }
}
