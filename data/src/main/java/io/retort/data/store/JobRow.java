package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A piece of long work.
 *
 * @param collection null for work on the whole store
 * @param progress finished over known work: never falls, 1 only in a final state, null while {@code
 *     total} is unknown
 * @param etaSeconds null when nothing can be said
 * @param error why a whole job failed; files have reasons of their own
 */
public record JobRow(
    String id,
    JobKind kind,
    @Nullable String collection,
    JobState state,
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
    @Nullable Reason error) {
  public JobRow {
    requireNonNull(id, "id");
    requireNonNull(kind, "kind");
    requireNonNull(state, "state");
    requireNonNull(createdAt, "createdAt");
  }
}
