package io.retort.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer with the places that it rests on. Offsets count code points.
 *
 * @param answer null exactly if abstained
 * @param reason why there is no answer: nothing was found, or nothing is certain enough
 * @param confidence the calibrated probability that the answer is right
 * @param unsupported sentences of the answer without a citation
 * @param trace one entry for each retrieval: that of the question, then one for each generated
 *     chunk
 * @param tokens null unless included
 */
public record Answer(
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
    @Nullable Degraded degraded,
    List<Citation> citations,
    List<Span> unsupported,
    List<Neighbour> neighbours,
    List<TraceEntry> trace,
    @Nullable List<Token> tokens,
    Usage usage,
    Timings timings,
    Model model,
    Instant createdAt) {

  public record Timings(
      long queueMs,
      long encodeMs,
      long retrieveMs,
      long neighbourEncodeMs,
      long prefillMs,
      long decodeMs,
      long verifyMs,
      @Nullable Long firstTokenMs,
      long totalMs) {}

  public record Model(
      String decoder,
      String encoder,
      String fingerprint,
      String device,
      int chunkLength,
      int neighboursInPrompt) {}

  public record TraceEntry(
      int chunkIndex, String query, boolean frozen, List<TraceNeighbour> neighbours) {}

  public record TraceNeighbour(String chunkId, String documentId, double score, int rank) {}

  public record Usage(int promptTokens, int generatedTokens, int neighbourTokens, int retrievals) {}
}
