package io.retort.client;

import org.jspecify.annotations.Nullable;

/**
 * A retrieved chunk.
 *
 * @param span code points of the document's extracted text
 * @param continuation the next chunk
 * @param score comes from ranks: it orders, and says nothing about similarity
 * @param rank from 1, without gaps
 */
public record Neighbour(
    String chunkId,
    String documentId,
    String collection,
    String title,
    int version,
    @Nullable Integer page,
    Span span,
    @Nullable Span continuation,
    @Nullable String text,
    double score,
    int rank,
    String source,
    boolean reranked,
    @Nullable String continuationText,
    @Nullable RawScores raw) {

  public record RawScores(@Nullable Double dense, @Nullable Double lexical) {}
}
