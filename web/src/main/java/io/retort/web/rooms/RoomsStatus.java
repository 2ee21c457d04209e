package io.retort.web.rooms;

import org.jspecify.annotations.Nullable;

/**
 * How the rooms are, for an administrator.
 *
 * @param device null while no model is loaded
 * @param indexState {@code running}, {@code recovering}, {@code paused} or {@code halted}
 * @param openOperations accepted files that are not final yet
 */
public record RoomsStatus(
    String version,
    @Nullable String device,
    @Nullable String fingerprint,
    String indexState,
    @Nullable Long indexChunks,
    @Nullable Long indexDrift,
    long openOperations,
    double diskUsedShare) {}
