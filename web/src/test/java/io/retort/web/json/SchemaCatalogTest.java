package io.retort.web.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.lang.reflect.ParameterizedType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SchemaCatalogTest {
  enum Mood {
    GOOD,
    NOT_BAD
  }

  record Part<T>(List<T> items, @Nullable String next) {}

  @Schema(name = "Colour", description = "What it looks like.")
  record ColourView(
      @Schema(implementation = Mood.class) String mood,
      @InCapitals @Schema(implementation = Mood.class) @Nullable String other,
      @Nullable ShadeView shade) {}

  record ShadeView(double share) {}

  @RequestBodyModel
  record WantedBody(
      @NotNull @Size(min = 1, max = 9) String name,
      @Schema(anyOf = {String.class, String[].class}) @Nullable JsonNode words,
      @Schema(description = "How it is.") @Nullable Mood mood,
      @OtherFields Map<String, JsonNode> others) {}

  record Holder(Part<ColourView> part) {}

  @Test
  void recordsReferToEachOtherByName() throws Exception {
    var catalog = new SchemaCatalog("#/");
    var part = (ParameterizedType) Holder.class.getRecordComponents()[0].getGenericType();
    assertThat(catalog.reference(part).toString()).isEqualTo("{\"$ref\":\"#/ColourPart\"}");
    assertThat(catalog.schemas().keySet()).containsExactly("Colour", "ColourPart", "Shade");
    assertThat(catalog.schemas().get("ColourPart").toString())
        .isEqualTo(
            "{\"type\":\"object\",\"properties\":{"
                + "\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/Colour\"}},"
                + "\"next\":{\"type\":[\"string\",\"null\"]}},\"required\":[\"items\",\"next\"]}");
    assertThat(catalog.schemas().get("Colour").toString())
        .isEqualTo(
            "{\"type\":\"object\",\"description\":\"What it looks like.\",\"properties\":{"
                + "\"mood\":{\"type\":\"string\",\"enum\":[\"good\",\"not_bad\"]},"
                + "\"other\":{\"type\":[\"string\",\"null\"],"
                + "\"enum\":[\"GOOD\",\"NOT_BAD\",null]},"
                + "\"shade\":{\"anyOf\":[{\"$ref\":\"#/Shade\"},{\"type\":\"null\"}]}},"
                + "\"required\":[\"mood\",\"other\",\"shade\"]}");
  }

  /** An absent field equals null there. */
  @Test
  void whatIsReadMayBeNullUnlessItIsNeeded() {
    var catalog = new SchemaCatalog("#/");
    catalog.reference(WantedBody.class);
    assertThat(catalog.schemas().get("Wanted").toString())
        .isEqualTo(
            "{\"type\":\"object\",\"properties\":{"
                + "\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":9},"
                + "\"words\":{\"anyOf\":[{\"type\":\"string\"},"
                + "{\"type\":\"array\",\"items\":{\"type\":\"string\"}},{\"type\":\"null\"}]},"
                + "\"mood\":{\"type\":[\"string\",\"null\"],\"enum\":[\"good\",\"not_bad\",null],"
                + "\"description\":\"How it is.\"}},\"required\":[\"name\"]}");
  }

  @Schema(name = "Shade")
  record Impostor(int depth) {}

  @Test
  void twoRecordsMustNotHaveOneName() {
    var catalog = new SchemaCatalog("#/");
    catalog.reference(ShadeView.class);
    assertThatThrownBy(() -> catalog.reference(Impostor.class))
        .hasMessageContaining("Shade")
        .hasMessageContaining("Impostor");
  }
}
