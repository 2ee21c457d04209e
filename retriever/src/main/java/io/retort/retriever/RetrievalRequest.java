package io.retort.retriever;

import static java.util.Objects.requireNonNull;

import io.retort.data.Filter;
import io.retort.data.SearchMode;
import java.util.List;

/**
 * What is asked of the retriever.
 *
 * @param k how many neighbours
 * @param filters joined by AND, applied inside the search
 * @param candidates how many of each of dense and lexical are fused; at least {@code k} are taken
 * @param perDocument neighbours from one document; more only where other documents do not fill k
 */
public record RetrievalRequest(
    String query, int k, SearchMode mode, List<Filter> filters, int candidates, int perDocument) {
  public static final int DEFAULT_CANDIDATES = 50;

  public RetrievalRequest {
    requireNonNull(query, "query");
    requireNonNull(mode, "mode");
    filters = List.copyOf(filters);
    if (k < 1) {
      throw new IllegalArgumentException("k must be at least 1: " + k);
    }
    if (candidates < 1) {
      throw new IllegalArgumentException("candidates must be at least 1: " + candidates);
    }
    if (perDocument < 1) {
      throw new IllegalArgumentException("perDocument must be at least 1: " + perDocument);
    }
  }

  /** A hybrid search without filters and without a cap on neighbours of one document. */
  public static RetrievalRequest of(String query, int k) {
    return new RetrievalRequest(query, k, SearchMode.HYBRID, List.of(), DEFAULT_CANDIDATES, k);
  }
}
