package io.retort.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A question, to whom, and how; null stands for the service's default. */
public record AnswerRequest(
    String question,
    @Nullable String collection,
    @Nullable List<String> collections,
    @Nullable AnswerStyle style,
    @Nullable Integer k,
    @Nullable List<Filter> filters,
    @Nullable SearchMode mode,
    @Nullable Boolean rerank,
    @Nullable Double temperature,
    @Nullable Double topP,
    @Nullable Long seed,
    @Nullable Integer maxTokens,
    @Nullable Double minConfidence,
    @Nullable Boolean freezeNeighbours,
    @Nullable Long timeoutMs,
    @Nullable List<Include> include,
    @Nullable String conversationId,
    @Nullable Integer historyTurns,
    @Nullable Boolean store) {

  public static AnswerRequest of(String collection, String question) {
    return builder(collection, question).build();
  }

  public static Builder builder(String collection, String question) {
    return new Builder(question, collection, null);
  }

  public static Builder builder(List<String> collections, String question) {
    return new Builder(question, null, List.copyOf(collections));
  }

  /** Collects what differs from the defaults. */
  public static final class Builder {
    private final String question;
    private final @Nullable String collection;
    private final @Nullable List<String> collections;
    private @Nullable AnswerStyle style;
    private @Nullable Integer k;
    private @Nullable List<Filter> filters;
    private @Nullable SearchMode mode;
    private @Nullable Boolean rerank;
    private @Nullable Double temperature;
    private @Nullable Double topP;
    private @Nullable Long seed;
    private @Nullable Integer maxTokens;
    private @Nullable Double minConfidence;
    private @Nullable Boolean freezeNeighbours;
    private @Nullable Long timeoutMs;
    private @Nullable List<Include> include;
    private @Nullable String conversationId;
    private @Nullable Integer historyTurns;
    private @Nullable Boolean store;

    private Builder(
        String question, @Nullable String collection, @Nullable List<String> collections) {
      this.question = question;
      this.collection = collection;
      this.collections = collections;
    }

    public Builder style(AnswerStyle value) {
      style = value;
      return this;
    }

    /** Neighbours at each retrieval. */
    public Builder k(int value) {
      k = value;
      return this;
    }

    public Builder filters(Filter... values) {
      filters = List.of(values);
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

    /** 0 is greedy; the same seed gives the same answer. */
    public Builder sampling(double ofTemperature, double ofTopP, long ofSeed) {
      temperature = ofTemperature;
      topP = ofTopP;
      seed = ofSeed;
      return this;
    }

    public Builder maxTokens(int value) {
      maxTokens = value;
      return this;
    }

    /** An answer that is less certain is held back; 0 holds none back. */
    public Builder minConfidence(double value) {
      minConfidence = value;
      return this;
    }

    public Builder freezeNeighbours(boolean value) {
      freezeNeighbours = value;
      return this;
    }

    /** Waiting for a slot counts. */
    public Builder timeout(Duration value) {
      timeoutMs = value.toMillis();
      return this;
    }

    public Builder include(Include... values) {
      include = List.of(values);
      return this;
    }

    /** As a turn of a conversation, with that many earlier turns before it. */
    public Builder conversation(String id, int turnsBefore) {
      conversationId = id;
      historyTurns = turnsBefore;
      return this;
    }

    /** False: not kept. */
    public Builder store(boolean value) {
      store = value;
      return this;
    }

    public AnswerRequest build() {
      return new AnswerRequest(
          question,
          collection,
          collections,
          style,
          k,
          filters,
          mode,
          rerank,
          temperature,
          topP,
          seed,
          maxTokens,
          minConfidence,
          freezeNeighbours,
          timeoutMs,
          include,
          conversationId,
          historyTurns,
          store);
    }
  }
}
