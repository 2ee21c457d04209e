package io.retort.web.answers;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextSpan;
import io.retort.generator.AbstentionReason;
import io.retort.generator.AnswerStyle;
import io.retort.generator.FinishReason;
import io.retort.generator.Usage;
import io.retort.web.search.NeighbourView;
import io.swagger.v3.oas.annotations.media.Schema;
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
    @Schema(description = "Null exactly if abstained.") @Nullable String answer,
    boolean abstained,
    @Schema(
            implementation = AbstentionReason.class,
            description =
                "Why there is no answer: nothing was found, or nothing is certain enough.")
        @Nullable String reason,
    @Schema(description = "The calibrated probability that the answer is right.") double confidence,
    @Nullable Double minConfidence,
    @Schema(implementation = AnswerStyle.class) String style,
    @Schema(implementation = FinishReason.class) String finishReason,
    boolean partial,
    @Nullable DegradedView degraded,
    List<CitationView> citations,
    @Schema(description = "Sentences of the answer without a citation.") List<TextSpan> unsupported,
    List<NeighbourView> neighbours,
    @Schema(
            description =
                "One entry for each retrieval: that of the question, then one for each generated chunk.")
        List<TraceView> trace,
    @Schema(description = "Null unless included.") @Nullable List<TokenView> tokens,
    Usage usage,
    TimingsView timings,
    ModelView model,
    Instant createdAt) {

  /** The collections that the question was for. */
  Set<String> askedOf() {
    return collection == null ? Set.copyOf(requireNonNull(collections)) : Set.of(collection);
  }

  /** Why an answer's retrieval may be poorer than it should be. */
  @Schema(name = "AnswerDegraded")
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
      @Schema(description = "Where the quote stands in the extracted text of that version.")
          TextSpan sourceSpan,
      @Schema(description = "Which words of the answer it stands for.") TextSpan answerSpan,
      @Schema(description = "Equals the source text; null once that version is no longer live.")
          @Nullable String quote,
      @Schema(description = "This neighbour's share of what was copied.") double score,
      @Schema(allowableValues = {"live", "replaced", "deleted"}) String state,
      String url) {}

  @Schema(name = "TraceEntry")
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

  @Schema(name = "AnswerTimings")
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

  @Schema(name = "AnswerModel")
  public record ModelView(
      String decoder,
      String encoder,
      String fingerprint,
      String device,
      int chunkLength,
      int neighboursInPrompt) {}
}
