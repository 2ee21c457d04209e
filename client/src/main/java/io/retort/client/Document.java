package io.retort.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One path in one collection.
 *
 * @param reason for every status but ACCEPTED and SEARCHABLE
 * @param characters unicode code points of the extracted text
 */
public record Document(
    String id,
    String collection,
    String path,
    String title,
    String mediaType,
    long bytes,
    String sha256,
    String status,
    @Nullable Reason reason,
    boolean searchable,
    int version,
    @Nullable Integer pendingVersion,
    @Nullable Integer characters,
    @Nullable Integer chunks,
    @Nullable Integer pages,
    List<String> tags,
    Map<String, Object> metadata,
    List<String> warnings,
    Instant addedAt,
    Instant updatedAt) {}
