package io.retort.web.search;

import io.retort.web.json.RequestBodyModel;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A condition on a document's fields as requests write it. */
@RequestBodyModel
@Schema(name = "Filter")
public record FilterBody(
    @Schema(
            description =
                "document_id, path, media_type, tags, page, added_at, or metadata.<name> for a field"
                    + " that the collection declares.")
        @NotNull
        @Size(min = 1, max = 64)
        String field,
    @NotNull Op op,
    @Schema(
            anyOf = {String.class, Double.class, Boolean.class},
            description = "With eq and prefix.")
        @Nullable JsonNode value,
    @Schema(description = "With any.") @Size(min = 1, max = 64) @Nullable List<JsonNode> values,
    @Schema(
            anyOf = {Double.class, String.class},
            description = "With range, for numbers and dates; so are gt, lte and lt.")
        @Nullable JsonNode gte,
    @Schema(anyOf = {Double.class, String.class}) @Nullable JsonNode gt,
    @Schema(anyOf = {Double.class, String.class}) @Nullable JsonNode lte,
    @Schema(anyOf = {Double.class, String.class}) @Nullable JsonNode lt,
    @Schema(description = "True for what does not meet the condition.") @Nullable Boolean negate) {

  /** The kinds of condition. */
  public enum Op {
    EQ,
    ANY,
    RANGE,
    PREFIX,
    EXISTS
  }
}
