package io.retort.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to search for, and where; null stands for the service's default. */
public record SearchRequest(
    String query,
    @Nullable String collection,
    @Nullable List<String> collections,
    @Nullable Integer k,
    @Nullable SearchMode mode,
    @Nullable Boolean rerank,
    @Nullable List<Filter> filters,
    @Nullable Long timeoutMs,
    @Nullable List<Include> include) {

  /** What a result shows in addition. */
  public enum Include {
    CONTINUATION_TEXT,
    /** For administrators. */
    RAW_SCORES
  }

  public static SearchRequest of(String collection, String query) {
    return builder(collection, query).build();
  }

  public static Builder builder(String collection, String query) {
    return new Builder(query, collection, null);
  }

  public static Builder builder(List<String> collections, String query) {
    return new Builder(query, null, List.copyOf(collections));
  }

  /** Collects what differs from the defaults. */
  public static final class Builder {
    private final String query;
    private final @Nullable String collection;
    private final @Nullable List<String> collections;
    private @Nullable Integer k;
    private @Nullable SearchMode mode;
    private @Nullable Boolean rerank;
    private @Nullable List<Filter> filters;
    private @Nullable Long timeoutMs;
    private @Nullable List<Include> include;

    private Builder(String query, @Nullable String collection, @Nullable List<String> collections) {
      this.query = query;
      this.collection = collection;
      this.collections = collections;
    }

    public Builder k(int value) {
      k = value;
      return this;
    }

    public Builder mode(SearchMode value) {
      mode = value;
      return this;
    }

    public Builder rerank(boolean value) {
      rerank = value;
      return this;
    }

    public Builder filters(Filter... values) {
      filters = List.of(values);
      return this;
    }

    public Builder timeout(Duration value) {
      timeoutMs = value.toMillis();
      return this;
    }

    public Builder include(Include... values) {
      include = List.of(values);
      return this;
    }

    public SearchRequest build() {
      return new SearchRequest(
          query, collection, collections, k, mode, rerank, filters, timeoutMs, include);
    }
  }
}
