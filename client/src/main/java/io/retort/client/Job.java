package io.retort.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The work on what was added.
 *
 * @param progress 0 to 1, of the work that is known; never falls. Null while the total is unknown
 * @param items only in the answer to the upload that made the job
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
    @Nullable List<AcceptedItem> items) {

  public record AcceptedItem(
      String path, @Nullable String documentId, String status, @Nullable Reason reason) {}

  /** Whether it goes on no longer, however it ended. */
  public boolean ended() {
    return !state.equals("queued") && !state.equals("running");
  }
}
