package io.retort.web.answers;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextSpan;
import io.retort.generator.Usage;
import io.retort.web.search.NeighbourView;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An answer as the API shows it; every field is always there. Offsets count code points.
 *
 * @param minConfidence below it the answer would have been held back; null in what was kept before
 *     it was told
 */
public record AnswerView(
    String id,
    String question,
    @Nullable String collection,
    @Nullable List<String> collections,
    @Nullable String conversationId,
    @Nullable String answer,
    boolean abstained,
    @Nullable String reason,
    double confidence,
    @Nullable Double minConfidence,
    String style,
    String finishReason,
    boolean partial,
    @Nullable DegradedView degraded,
    List<CitationView> citations,
    List<TextSpan> unsupported,
    List<NeighbourView> neighbours,
    List<TraceView> trace,
    @Nullable List<TokenView> tokens,
    Usage usage,
    TimingsView timings,
    ModelView model,
    Instant createdAt) {

  /** The collections that the question was for. */
  Set<String> askedOf() {
    return collection == null ? Set.copyOf(requireNonNull(collections)) : Set.of(collection);
  }

  /** Why an answer's retrieval may be poorer than it should be. */
  public record DegradedView(String reason, @Nullable Long missing) {}

  /**
   * @param quote null when the cited version is no longer live
   * @param state {@code live}, {@code replaced} or {@code deleted}
   */
  public record CitationView(
      int id,
      String collection,
      String documentId,
      int version,
      String title,
      String chunkId,
      @Nullable Integer page,
      TextSpan sourceSpan,
      TextSpan answerSpan,
      @Nullable String quote,
      double score,
      String state,
      String url) {}

  public record TraceView(
      int chunkIndex, String query, boolean frozen, List<TraceNeighbour> neighbours) {}

  public record TraceNeighbour(String chunkId, String documentId, double score, int rank) {}

  public record TokenView(
      int index,
      String text,
      TextSpan answerSpan,
      double logprob,
      double copyShare,
      @Nullable TokenSource topSource) {}

  public record TokenSource(String chunkId, String documentId, TextSpan sourceSpan) {}

  public record TimingsView(
      long queueMs,
      long encodeMs,
      long retrieveMs,
      long neighbourEncodeMs,
      long prefillMs,
      long decodeMs,
      long verifyMs,
      @Nullable Long firstTokenMs,
      long totalMs) {}

  public record ModelView(
      String decoder,
      String encoder,
      String fingerprint,
      String device,
      int chunkLength,
      int neighboursInPrompt) {}
}
