package io.retort.client;

import org.jspecify.annotations.Nullable;

/** A generated token, and where it came from. */
public record Token(
    int index,
    String text,
    Span answerSpan,
    double logprob,
    double copyShare,
    @Nullable Source topSource) {

  public record Source(String chunkId, String documentId, Span sourceSpan) {}
}
