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
    @Size(min = 1, max = 63) @Nullable String collection,
    @Size(min = 1, max = 8) @Nullable List<@Size(min = 1, max = 63) String> collections,
    @Nullable AnswerStyle style,
    @Min(1) @Max(32) @Nullable Integer k,
    @Size(min = 0, max = 16) @Nullable List<FilterBody> filters,
    @Nullable SearchMode mode,
    @Nullable Boolean rerank,
    @DecimalMin("0") @DecimalMax("2") @Nullable Double temperature,
    @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @Nullable Double topP,
    @Min(0) @Max((1L << 53) - 1) @Nullable Long seed,
    @Min(1) @Max(1_024) @Nullable Integer maxTokens,
    @DecimalMin("0") @DecimalMax("1") @Nullable Double minConfidence,
    @Nullable Boolean freezeNeighbours,
    @Min(1) @Max(600_000) @Nullable Long timeoutMs,
    @Size(min = 0, max = 8) @Nullable List<AnswerInclude> include,
    @Size(min = 1, max = 30) @Nullable String conversationId,
    @Min(0) @Max(4) @Nullable Integer historyTurns,
    @Nullable Boolean store) {

  public boolean includes(AnswerInclude what) {
    return include != null && include.contains(what);
  }
}
