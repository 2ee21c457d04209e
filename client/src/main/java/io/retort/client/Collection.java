package io.retort.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Documents that are asked together.
 *
 * @param byStatus how many documents have each status; one that none has is absent
 */
public record Collection(
    String id,
    String title,
    String description,
    List<Field> fields,
    long documents,
    long chunks,
    long characters,
    long bytes,
    Map<String, Long> byStatus,
    Index index,
    Instant createdAt,
    Instant updatedAt) {

  public record Field(String name, String type) {}

  public record Index(
      String state, @Nullable Integer chunkLength, @Nullable String encoderFingerprint) {}
}
