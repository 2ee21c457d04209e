package io.retort.web.search;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.retort.data.Chunk;
import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import io.retort.retriever.Retrieval.RawScores;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A neighbour as every part of the API shows it.
 *
 * @param reranked whether the order is the second one, for which candidates were read
 * @param span code points of the document's extracted text
 * @param continuationText only if asked for
 * @param raw only for administrators who asked for it
 */
public record NeighbourView(
    String chunkId,
    String documentId,
    String collection,
    String title,
    int version,
    @Nullable Integer page,
    @Schema(description = "Code points of the document's extracted text.") TextSpan span,
    @Schema(description = "The next chunk.") @Nullable TextSpan continuation,
    @Nullable String text,
    @Schema(description = "Comes from ranks: it orders, and says nothing about similarity.")
        double score,
    @Schema(description = "From 1, without gaps.") int rank,
    @Schema(allowableValues = {"dense", "lexical", "both"}) String source,
    boolean reranked,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String continuationText,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable RawScores raw) {

  public static NeighbourView of(
      Neighbour neighbour,
      boolean reranked,
      boolean withText,
      boolean withContinuation,
      @Nullable RawScores raw) {
    Chunk chunk = neighbour.chunk();
    Chunk continuation = neighbour.continuation();
    return new NeighbourView(
        chunk.id().toString(),
        chunk.id().documentId(),
        chunk.collection(),
        chunk.title(),
        chunk.version(),
        chunk.page(),
        chunk.span(),
        continuation == null ? null : continuation.span(),
        withText ? chunk.text() : null,
        neighbour.score(),
        neighbour.rank(),
        neighbour.source().name().toLowerCase(Locale.ROOT),
        reranked,
        withContinuation && continuation != null ? continuation.text() : null,
        raw);
  }

  public NeighbourView withTitle(String shown) {
    return new NeighbourView(
        chunkId,
        documentId,
        collection,
        shown,
        version,
        page,
        span,
        continuation,
        text,
        score,
        rank,
        source,
        reranked,
        continuationText,
        raw);
  }

  public NeighbourView withText(@Nullable String shown) {
    return new NeighbourView(
        chunkId,
        documentId,
        collection,
        title,
        version,
        page,
        span,
        continuation,
        shown,
        score,
        rank,
        source,
        reranked,
        continuationText,
        raw);
  }
}
