package io.retort.data;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A run of at most {@code m} decoder tokens of one version of a document.
 *
 * @param version the document version whose extracted text {@code span} counts in
 * @param title the document's title
 * @param heading the nearest heading above the chunk, empty if there is none
 * @param span code points of the extracted text; {@code span.of(extractedText)} equals {@code text}
 * @param page counted from 1, null where the format has no pages
 */
public record Chunk(
    ChunkId id,
    int version,
    String collection,
    String title,
    String heading,
    TextSpan span,
    @Nullable Integer page,
    String text) {
  public Chunk {
    requireNonNull(id, "id");
    requireNonNull(collection, "collection");
    requireNonNull(title, "title");
    requireNonNull(heading, "heading");
    requireNonNull(span, "span");
    requireNonNull(text, "text");
    if (version < 1) {
      throw new IllegalArgumentException("version must be at least 1: " + version);
    }
    if (page != null && page < 1) {
      throw new IllegalArgumentException("page counts from 1: " + page);
    }
  }
}
