package io.retort.data;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * RETRO's [N, F]: a retrieved chunk and its continuation, the next chunk of the same document and
 * version.
 *
 * @param score reciprocal rank fusion, greater than 0; it orders and says nothing else
 * @param rank from 1 without gaps
 */
public record Neighbour(
    Chunk chunk, @Nullable Chunk continuation, double score, int rank, Source source) {
  /** Which of the two searches found the chunk. */
  public enum Source {
    DENSE,
    LEXICAL,
    BOTH
  }

  public Neighbour {
    requireNonNull(chunk, "chunk");
    requireNonNull(source, "source");
    if (rank < 1) {
      throw new IllegalArgumentException("rank counts from 1: " + rank);
    }
    if (continuation != null && !continuation.id().equals(chunk.id().next())) {
      throw new IllegalArgumentException(
          continuation.id() + " is not the continuation of " + chunk.id());
    }
  }
}
