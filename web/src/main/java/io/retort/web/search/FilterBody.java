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
    @NotNull @Size(min = 1, max = 64) String field,
    @NotNull Op op,
    @Schema(implementation = Object.class) @Nullable JsonNode value,
    @Schema(implementation = Object.class) @Size(min = 1, max = 64) @Nullable List<JsonNode> values,
    @Schema(implementation = Object.class) @Nullable JsonNode gte,
    @Schema(implementation = Object.class) @Nullable JsonNode gt,
    @Schema(implementation = Object.class) @Nullable JsonNode lte,
    @Schema(implementation = Object.class) @Nullable JsonNode lt,
    @Nullable Boolean negate) {

  /** The kinds of condition. */
  public enum Op {
    EQ,
    ANY,
    RANGE,
    PREFIX,
    EXISTS
  }
}
