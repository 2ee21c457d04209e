package io.retort.retriever;

import static java.util.Objects.requireNonNull;

import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours of one query, best first, and how they came about.
 *
 * @param rawScores the engine's own scores of each neighbour's chunk; for administrators only,
 *     since similarities reveal more than ranks
 * @param degraded why the list may be shorter or poorer than it should be; null if it is not
 */
public record Retrieval(
    List<Neighbour> neighbours,
    Map<ChunkId, RawScores> rawScores,
    @Nullable Degraded degraded,
    Timings timings) {
  public Retrieval {
    neighbours = List.copyOf(neighbours);
    rawScores = Map.copyOf(rawScores);
    requireNonNull(timings, "timings");
  }

  /** Dot product and BM25, each null where that search did not find the chunk. */
  public record RawScores(@Nullable Double dense, @Nullable Double lexical) {}

  /**
   * What a result lacks.
   *
   * @param missing how many chunks the search could not see, null if that is not known
   */
  public record Degraded(Reason reason, @Nullable Long missing) {
    public Degraded {
      requireNonNull(reason, "reason");
    }

    /** The reasons of the public contract; their lower-case names are the wire form. */
    public enum Reason {
      /** The ledger knows chunks in scope that the index has lost; they are being written again. */
      INDEX_DAMAGED,
      /** No encoder is loaded; lexical search was asked for by name and ran. */
      ENCODER_MISSING,
      /** Fewer than k remained although there were more chunks than the search looked at. */
      CANDIDATES_EXHAUSTED
    }
  }

  /**
   * Where the time went.
   *
   * @param encode query to embedding, zero for a lexical search
   * @param retrieve search, fusion, fence and continuations
   * @param rerank reading the candidates for a second order, zero if none was wanted
   */
  public record Timings(Duration encode, Duration retrieve, Duration rerank) {
    public Timings {
      requireNonNull(encode, "encode");
      requireNonNull(retrieve, "retrieve");
      requireNonNull(rerank, "rerank");
    }
  }
}
