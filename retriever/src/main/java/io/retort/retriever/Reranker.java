package io.retort.retriever;

import static java.util.Objects.requireNonNull;
import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import io.retort.data.AccessScope;
import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.data.SearchTimeoutException;
import io.retort.retriever.ReciprocalRankFusion.Fused;
import io.retort.retriever.Retrieval.Degraded;
import io.retort.retriever.Retrieval.Timings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Orders the best candidates of a retrieval a second time: by how relevant they are to somebody who
 * reads each together with the question, fused with the order in which they were found. Always of
 * the same number of candidates, so that the order does not depend on how busy the machine is. Safe
 * for use by many threads.
 */
public final class Reranker {
  /** How many candidates are read, unless more neighbours are wanted. */
  public static final int DEPTH = 16;

  private final Retriever retriever;
  private final Relevance relevance;

  public Reranker(Retriever retriever, Relevance relevance) {
    this.retriever = requireNonNull(retriever, "retriever");
    this.relevance = requireNonNull(relevance, "relevance");
  }

  /** Whoever reads the candidates. */
  @FunctionalInterface
  public interface Relevance {
    /**
     * For each candidate a number that is larger the more it says about the question. If the limits
     * run out, those at the end have none.
     */
    double[] of(String question, List<Neighbour> candidates, RequestLimits limits);
  }

  /**
   * The neighbours of {@code request}, as {@link Retriever#retrieve} finds them.
   *
   * @param question what the candidates are read with: the query, or what it is about
   * @throws SearchTimeoutException if the limits ran out; there is no order of half the candidates
   */
  public Retrieval retrieve(
      RetrievalRequest request, String question, AccessScope scope, RequestLimits limits) {
    var wide =
        new RetrievalRequest(
            request.query(),
            Math.max(request.k(), DEPTH),
            request.mode(),
            request.filters(),
            request.candidates(),
            request.perDocument());
    Retrieval found = retriever.retrieve(wide, scope, limits);
    long start = System.nanoTime();
    List<Neighbour> neighbours = cut(ordered(found.neighbours(), question, limits), request);
    return new Retrieval(
        neighbours,
        found.rawScores(),
        degraded(found.degraded(), neighbours.size() == request.k()),
        new Timings(
            found.timings().encode(),
            found.timings().retrieve(),
            Duration.ofNanos(System.nanoTime() - start)));
  }

  /** In the fused order, with its scores; ranks are those of {@code found} still. */
  private List<Neighbour> ordered(List<Neighbour> found, String question, RequestLimits limits) {
    double[] relevances = relevance.of(question, found, limits);
    if (relevances.length < found.size()) {
      throw new SearchTimeoutException("the request's time ran out while candidates were read");
    }
    Map<ChunkId, Double> byId = new LinkedHashMap<>();
    for (int i = 0; i < relevances.length; i++) {
      byId.put(found.get(i).chunk().id(), relevances[i]);
    }
    List<ChunkId> asFound = List.copyOf(byId.keySet());
    List<ChunkId> byRelevance =
        asFound.stream() // a stable sort: equals stay as they were found
            .sorted(Comparator.comparing((ChunkId id) -> byId.get(id)).reversed())
            .toList();
    Map<ChunkId, Neighbour> neighbours =
        found.stream().collect(toMap(neighbour -> neighbour.chunk().id(), identity()));
    List<Neighbour> ordered = new ArrayList<>(found.size());
    for (Fused fused : ReciprocalRankFusion.fuse(List.of(asFound, byRelevance))) {
      Neighbour before = requireNonNull(neighbours.get(fused.id()));
      ordered.add(withPlace(before, fused.score(), before.rank()));
    }
    return ordered;
  }

  private static List<Neighbour> cut(List<Neighbour> ordered, RetrievalRequest request) {
    List<Neighbour> cut = new ArrayList<>(request.k());
    for (Neighbour neighbour :
        DocumentCap.cut(
            ordered,
            request.k(),
            request.perDocument(),
            neighbour -> neighbour.chunk().id().documentId())) {
      cut.add(withPlace(neighbour, neighbour.score(), cut.size() + 1));
    }
    return cut;
  }

  private static Neighbour withPlace(Neighbour neighbour, double score, int rank) {
    return new Neighbour(
        neighbour.chunk(), neighbour.continuation(), score, rank, neighbour.source());
  }

  /** Fewer candidates than are read are no loss as long as there are as many as were wanted. */
  private static @Nullable Degraded degraded(@Nullable Degraded found, boolean full) {
    return full && found != null && found.reason() == Degraded.Reason.CANDIDATES_EXHAUSTED
        ? null
        : found;
  }
}
