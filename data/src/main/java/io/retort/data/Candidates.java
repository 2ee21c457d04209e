package io.retort.data;

import java.util.List;

/** The two ranked lists of one index search, best first, ties by smaller chunk id. */
public record Candidates(List<Candidate> dense, List<Candidate> lexical) {
  public Candidates {
    dense = List.copyOf(dense);
    lexical = List.copyOf(lexical);
  }

  /** A chunk with the engine's own score: dot product, or BM25. */
  public record Candidate(Chunk chunk, double score) {}
}
