package io.retort.web.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RecordSchemaTest {
  enum Colour {
    DEEP_RED,
    BLUE
  }

  record Inner(@NotNull Boolean flag) {}

  record Taken(
      @Schema(description = "What it is called.") @NotNull @Size(min = 1, max = 5) String shortName,
      @Min(2) @Max(9) @Nullable Integer count,
      @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @Nullable Double share,
      @Pattern(regexp = "a|b") @Nullable String word,
      @Nullable Colour colour,
      @Size(min = 0, max = 3) @Nullable List<@Size(min = 1, max = 4) String> tags,
      @Size(min = 0, max = 64) @Nullable Map<String, Object> metadata,
      @Nullable JsonNode anything,
      @Nullable List<Inner> inners) {}

  @Test
  void whatIsTakenHasTheBoundsOfItsReader() {
    assertThat(RecordSchema.ofInput(Taken.class).toString())
        .isEqualTo(
            "{\"type\":\"object\",\"properties\":{"
                + "\"short_name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":5,"
                + "\"description\":\"What it is called.\"},"
                + "\"count\":{\"type\":\"integer\",\"minimum\":2,\"maximum\":9},"
                + "\"share\":{\"type\":\"number\",\"exclusiveMinimum\":0,\"maximum\":1},"
                + "\"word\":{\"type\":\"string\",\"pattern\":\"^(?:a|b)$\"},"
                + "\"colour\":{\"type\":\"string\",\"enum\":[\"deep_red\",\"blue\"]},"
                + "\"tags\":{\"type\":\"array\",\"minItems\":0,\"maxItems\":3,"
                + "\"items\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":4}},"
                + "\"metadata\":{\"type\":\"object\",\"maxProperties\":64,"
                + "\"propertyNames\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":64},"
                + "\"additionalProperties\":{\"type\":[\"string\",\"number\",\"boolean\"],"
                + "\"maxLength\":1024}},"
                + "\"anything\":{},"
                + "\"inners\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
                + "\"properties\":{\"flag\":{\"type\":\"boolean\"}},\"required\":[\"flag\"],"
                + "\"additionalProperties\":false}}},"
                + "\"required\":[\"short_name\"],\"additionalProperties\":false}");
  }

  record Given(
      int count,
      @Nullable Long missing,
      double share,
      Instant at,
      Map<String, Long> byName,
      Map<String, Object> metadata,
      @Nullable Inner inner,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String extra) {}

  @Test
  void whatIsGivenHasEveryFieldAndNullWhereItMay() {
    assertThat(RecordSchema.ofOutput(Given.class).toString())
        .isEqualTo(
            "{\"type\":\"object\",\"properties\":{"
                + "\"count\":{\"type\":\"integer\"},"
                + "\"missing\":{\"type\":[\"integer\",\"null\"]},"
                + "\"share\":{\"type\":\"number\"},"
                + "\"at\":{\"type\":\"string\",\"format\":\"date-time\"},"
                + "\"by_name\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}},"
                + "\"metadata\":{\"type\":\"object\","
                + "\"additionalProperties\":{\"type\":[\"string\",\"number\",\"boolean\"]}},"
                + "\"inner\":{\"type\":[\"object\",\"null\"],"
                + "\"properties\":{\"flag\":{\"type\":\"boolean\"}},\"required\":[\"flag\"],"
                + "\"additionalProperties\":false},"
                + "\"extra\":{\"type\":[\"string\",\"null\"]}},"
                + "\"required\":[\"count\",\"missing\",\"share\",\"at\",\"by_name\",\"metadata\",\"inner\"],"
                + "\"additionalProperties\":false}");
  }

  record Strange(URI address) {}

  record Painted(Colour colour) {}

  @Test
  void whatHasNoFormIsRefused() {
    assertThatThrownBy(() -> RecordSchema.ofInput(Strange.class)).hasMessageContaining("URI");
    // An enum is read in lower case but would be written in upper case.
    assertThatThrownBy(() -> RecordSchema.ofOutput(Painted.class)).hasMessageContaining("Colour");
  }
}
