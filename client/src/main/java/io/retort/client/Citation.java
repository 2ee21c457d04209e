package io.retort.client;

import org.jspecify.annotations.Nullable;

/**
 * Words of an answer and the words of a document that they were taken from.
 *
 * @param sourceSpan where the quote stands in the extracted text of that version
 * @param answerSpan which words of the answer it stands for
 * @param quote equals the source text; null once that version is no longer live
 * @param score this neighbour's share of what was copied
 */
public record Citation(
    int id,
    String collection,
    String documentId,
    int version,
    String title,
    String chunkId,
    @Nullable Integer page,
    Span sourceSpan,
    Span answerSpan,
    @Nullable String quote,
    double score,
    String state,
    String url) {}
