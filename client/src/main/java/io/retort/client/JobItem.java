package io.retort.client;

import org.jspecify.annotations.Nullable;

/**
 * What became of one file of a job.
 *
 * @param outcome null before the end
 */
public record JobItem(
    String path,
    @Nullable String documentId,
    String status,
    @Nullable String outcome,
    String phase,
    int chunksDone,
    @Nullable Integer chunksTotal,
    int attempts,
    @Nullable Reason reason) {}
