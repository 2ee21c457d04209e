package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextSpan;
import org.jspecify.annotations.Nullable;

/**
 * A chunk before it knows whose it is.
 *
 * @param ordinal counted from 0 in its document
 * @param span code points of the extracted text
 * @param heading the nearest heading at or above the chunk's first visible character, empty if none
 * @param page of the first visible character, counted from 1, null where the format has no pages
 */
public record ChunkDraft(int ordinal, TextSpan span, String heading, @Nullable Integer page) {
  public ChunkDraft {
    requireNonNull(span, "span");
    requireNonNull(heading, "heading");
    if (ordinal < 0) {
      throw new IllegalArgumentException("ordinal must not be negative: " + ordinal);
    }
  }
}
