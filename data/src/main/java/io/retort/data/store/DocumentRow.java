package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document as its readers see it: the live version, or the latest one if none is live.
 *
 * @param version the version shown, from 1
 * @param pendingVersion the version that is to take its place, null if there is none
 * @param characters code points of the extracted text, null before there is one
 * @param pages null where the format has none
 * @param metadata values are String, Long, Double or Boolean
 */
public record DocumentRow(
    String id,
    String collection,
    String path,
    String title,
    String mediaType,
    long bytes,
    String sha256,
    DocumentStatus status,
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
    Instant updatedAt) {
  public DocumentRow {
    requireNonNull(id, "id");
    requireNonNull(collection, "collection");
    requireNonNull(path, "path");
    requireNonNull(title, "title");
    requireNonNull(mediaType, "mediaType");
    requireNonNull(sha256, "sha256");
    requireNonNull(status, "status");
    tags = List.copyOf(tags);
    metadata = Map.copyOf(metadata);
    warnings = List.copyOf(warnings);
    requireNonNull(addedAt, "addedAt");
    requireNonNull(updatedAt, "updatedAt");
    if (status.needsReason() != (reason != null)) {
      throw new IllegalArgumentException(status + " with reason " + reason + ": document " + id);
    }
  }
}
