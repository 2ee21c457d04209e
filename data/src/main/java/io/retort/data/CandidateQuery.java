package io.retort.data;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One question to a chunk index.
 *
 * @param text for the lexical search
 * @param embedding for the dense search, null when {@code mode} is lexical
 * @param candidates how many of each of dense and lexical
 */
public record CandidateQuery(
    String text,
    @Nullable Embedding embedding,
    SearchMode mode,
    int candidates,
    List<Filter> filters) {
  public CandidateQuery {
    requireNonNull(text, "text");
    requireNonNull(mode, "mode");
    filters = List.copyOf(filters);
    if (candidates < 1) {
      throw new IllegalArgumentException("candidates must be positive: " + candidates);
    }
    if (embedding == null && mode != SearchMode.LEXICAL) {
      throw new IllegalArgumentException(mode + " search needs an embedding");
    }
  }
}
