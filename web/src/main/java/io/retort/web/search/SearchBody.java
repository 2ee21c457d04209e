package io.retort.web.search;

import io.retort.data.SearchMode;
import io.retort.web.json.PlainText;
import io.retort.web.json.RequestBodyModel;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A search request. Exactly one of collection and collections is given. */
@RequestBodyModel
@Schema(name = "SearchRequest")
public record SearchBody(
    @NotNull @Size(min = 1, max = 2_000) @PlainText String query,
    @Schema(description = "This, or collections: exactly one of the two.") @Size(min = 1, max = 63)
        @Nullable String collection,
    @Size(min = 1, max = 8) @Nullable List<@Size(min = 1, max = 63) String> collections,
    @Schema(description = "10 if absent.") @Min(1) @Max(32) @Nullable Integer k,
    @Nullable SearchMode mode,
    @Nullable Boolean rerank,
    @Size(min = 0, max = 16) @Nullable List<FilterBody> filters,
    @Schema(description = "120,000 if absent.") @Min(1) @Max(600_000) @Nullable Long timeoutMs,
    @Size(min = 0, max = 8) @Nullable List<Include> include) {

  /** What the response can have in addition. */
  public enum Include {
    CONTINUATION_TEXT,
    RAW_SCORES
  }

  boolean includes(Include what) {
    return include != null && include.contains(what);
  }
}
