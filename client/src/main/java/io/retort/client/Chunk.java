package io.retort.client;

import org.jspecify.annotations.Nullable;

/** A chunk of a document. */
public record Chunk(String chunkId, int ordinal, Span span, @Nullable Integer page, String text) {}
