package io.retort.web.answers;

import io.retort.data.AccessScope;
import io.retort.data.ChunkId;
import io.retort.data.Filter;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.data.SearchMode;
import io.retort.generator.NeighbourSource;
import io.retort.retriever.Reranker;
import io.retort.retriever.Retrieval;
import io.retort.retriever.RetrievalRequest;
import io.retort.retriever.Retriever;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours of one request: every retrieval, those during generation included, runs with the
 * caller's scope, filters and limits. For the one thread that makes the answer.
 */
final class ScopedNeighbourSource implements NeighbourSource {
  private final Retriever retriever;
  private final Reranker.Relevance relevance;
  private final Plan plan;
  private final AccessScope scope;
  private final RequestLimits limits;
  private final Map<ChunkId, Retrieval.RawScores> rawScores = new HashMap<>();
  private Duration encode = Duration.ZERO;
  private Duration retrieve = Duration.ZERO;
  private Duration rerank = Duration.ZERO;
  private Retrieval.@Nullable Degraded degraded;

  /** How each retrieval of the request is made. */
  record Plan(
      int k,
      SearchMode mode,
      boolean rerank,
      List<Filter> filters,
      int candidates,
      int perDocument) {
    Plan {
      filters = List.copyOf(filters);
    }
  }

  ScopedNeighbourSource(
      Retriever retriever,
      Reranker.Relevance relevance,
      Plan plan,
      AccessScope scope,
      RequestLimits limits) {
    this.retriever = retriever;
    this.relevance = relevance;
    this.plan = plan;
    this.scope = scope;
    this.limits = limits;
  }

  @Override
  public List<Neighbour> neighbours(Query query) {
    var request =
        new RetrievalRequest(
            query.text(), plan.k, plan.mode, plan.filters, plan.candidates, plan.perDocument);
    Retrieval retrieval =
        plan.rerank
            ? new Reranker(retriever, relevance).retrieve(request, query.question(), scope, limits)
            : retriever.retrieve(request, scope, limits);
    encode = encode.plus(retrieval.timings().encode());
    retrieve = retrieve.plus(retrieval.timings().retrieve());
    rerank = rerank.plus(retrieval.timings().rerank());
    rawScores.putAll(retrieval.rawScores());
    if (degraded == null) {
      degraded = retrieval.degraded();
    }
    return retrieval.neighbours();
  }

  Duration encode() {
    return encode;
  }

  Duration retrieve() {
    return retrieve;
  }

  /** Zero if no second order was wanted. */
  Duration rerank() {
    return rerank;
  }

  Map<ChunkId, Retrieval.RawScores> rawScores() {
    return rawScores;
  }

  Retrieval.@Nullable Degraded degraded() {
    return degraded;
  }
}
