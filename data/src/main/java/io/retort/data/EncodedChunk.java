package io.retort.data;

import static java.util.Objects.requireNonNull;

/** A chunk with the embedding of its title and text. */
public record EncodedChunk(Chunk chunk, Embedding embedding) {
  public EncodedChunk {
    requireNonNull(chunk, "chunk");
    requireNonNull(embedding, "embedding");
  }
}
