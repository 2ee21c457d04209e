package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import io.retort.data.ChunkId;
import io.retort.data.TextSpan;
import org.jspecify.annotations.Nullable;

/** A chunk of a document's live version, as it was cut; {@code page} counts from 1. */
public record StoredChunk(
    ChunkId id, TextSpan span, String heading, @Nullable Integer page, String text) {
  public StoredChunk {
    requireNonNull(id, "id");
    requireNonNull(span, "span");
    requireNonNull(heading, "heading");
    requireNonNull(text, "text");
  }
}
