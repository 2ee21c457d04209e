package io.retort.web.answers;

import io.retort.data.SearchMode;
import io.retort.generator.AnswerStyle;
import io.retort.web.json.PlainText;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.search.FilterBody;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question. Exactly one of collection and collections is given.
 *
 * @param historyTurns how many earlier turns of the conversation go before the question
 */
@RequestBodyModel
@Schema(name = "AnswerRequest")
public record AnswerBody(
    @NotNull @Size(min = 1, max = 2_000) @PlainText String question,
    @Schema(description = "This, or collections: exactly one of the two.") @Size(min = 1, max = 63)
        @Nullable String collection,
    @Size(min = 1, max = 8) @Nullable List<@Size(min = 1, max = 63) String> collections,
    @Schema(description = "A phrase, one sentence, or several; sentence if absent.")
        @Nullable AnswerStyle style,
    @Schema(description = "Neighbours at each retrieval; 4 if absent.") @Min(1) @Max(32)
        @Nullable Integer k,
    @Size(min = 0, max = 16) @Nullable List<FilterBody> filters,
    @Nullable SearchMode mode,
    @Nullable Boolean rerank,
    @Schema(description = "0 if absent, which is greedy.") @DecimalMin("0") @DecimalMax("2")
        @Nullable Double temperature,
    @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @Nullable Double topP,
    @Min(0) @Max((1L << 53) - 1) @Nullable Long seed,
    @Schema(description = "32, 64 or 256 by style if absent.") @Min(1) @Max(1_024)
        @Nullable Integer maxTokens,
    @Schema(
            description =
                "An answer that is less certain is held back; what the model was calibrated to if absent.")
        @DecimalMin("0")
        @DecimalMax("1")
        @Nullable Double minConfidence,
    @Schema(description = "Keep the question's neighbours for all of the answer.")
        @Nullable Boolean freezeNeighbours,
    @Schema(description = "120,000 if absent; waiting for a slot counts.") @Min(1) @Max(600_000)
        @Nullable Long timeoutMs,
    @Size(min = 0, max = 8) @Nullable List<AnswerInclude> include,
    @Size(min = 1, max = 30) @Nullable String conversationId,
    @Schema(description = "How many earlier turns of the conversation go before the question.")
        @Min(0)
        @Max(4)
        @Nullable Integer historyTurns,
    @Schema(description = "False: not kept, and nobody can say anything of it.")
        @Nullable Boolean store) {

  /** What the service itself asks: all else as if it were absent. */
  public static AnswerBody of(
      String question,
      String collection,
      @Nullable AnswerStyle style,
      @Nullable Integer k,
      @Nullable List<FilterBody> filters,
      @Nullable Double minConfidence,
      List<AnswerInclude> include,
      boolean store) {
    return new AnswerBody(
        question,
        collection,
        null,
        style,
        k,
        filters,
        null,
        null,
        null,
        null,
        null,
        null,
        minConfidence,
        null,
        null,
        include,
        null,
        null,
        store);
  }

  public boolean includes(AnswerInclude what) {
    return include != null && include.contains(what);
  }
}
