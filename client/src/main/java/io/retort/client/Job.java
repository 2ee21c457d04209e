package io.retort.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The work on what was added, or an evaluation run.
 *
 * @param progress 0 to 1, of the work that is known; never falls. Null while the total is unknown
 * @param items only in the answer to the upload that made the job
 * @param evaluationId only of an evaluation run
 */
public record Job(
    String id,
    String kind,
    @Nullable String collection,
    String state,
    @Nullable Double progress,
    @Nullable Integer total,
    int completed,
    int failed,
    int unchanged,
    long chunksWritten,
    @Nullable Long etaSeconds,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Reason error,
    @Nullable List<AcceptedItem> items,
    @Nullable String evaluationId) {

  public record AcceptedItem(
      String path, @Nullable String documentId, String status, @Nullable Reason reason) {}

  /** Whether it goes on no longer, however it ended. */
  public boolean ended() {
    return !state.equals("queued") && !state.equals("running");
  }
}
