package io.retort.web.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class RecordReaderTest {
  enum Colour {
    RED,
    DARK_BLUE
  }

  @RequestBodyModel
  record Inner(@NotNull String name) {}

  @RequestBodyModel
  record Body(
      @NotNull @Size(min = 1, max = 5) @PlainText String text,
      @Min(1) @Max(32) @Nullable Integer k,
      @Min(0) @Max((1L << 53) - 1) @Nullable Long seed,
      @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @Nullable Double topP,
      @Nullable Boolean flag,
      @Nullable Colour colour,
      @Nullable Instant at,
      @Size(min = 1, max = 2) @Nullable List<@Size(min = 1, max = 3) String> tags,
      @Nullable List<Inner> inner,
      @Size(min = 0, max = 4) @Nullable Map<String, Object> metadata,
      @Pattern(regexp = "[a-z]+") @Nullable String slug) {}

  @QueryModel
  record Query(
      @Min(1) @Max(100) @Nullable Integer limit,
      @Nullable Colour colour,
      @Nullable Boolean flag,
      @Nullable String pathPrefix,
      @Nullable List<Colour> include) {}

  private static Body read(String json) {
    return RecordReader.json(json.getBytes(UTF_8), Body.class);
  }

  private static ApiException refusal(String json) {
    return catchThrowableOfType(ApiException.class, () -> read(json));
  }

  @Test
  void aFullBodyIsRead() {
    Body body =
        read(
            """
            {"text":"🌴 ab","k":32,"seed":9007199254740991,"top_p":1,"flag":false,"colour":"dark_blue",
             "at":"2026-11-25T10:00:00+01:00","tags":["a","bcd"],"inner":[{"name":"x"}],
             "metadata":{"year":2026,"share":0.5,"draft":true,"who":"me"},"slug":"abc"}
            """);
    assertThat(body.text()).isEqualTo("🌴 ab");
    assertThat(body.seed()).isEqualTo((1L << 53) - 1);
    assertThat(body.topP()).isEqualTo(1.0);
    assertThat(body.colour()).isEqualTo(Colour.DARK_BLUE);
    assertThat(body.at()).isEqualTo(Instant.parse("2026-11-25T09:00:00Z"));
    assertThat(body.metadata())
        .isEqualTo(Map.of("year", 2026L, "share", 0.5, "draft", true, "who", "me"));
  }

  @Test
  void anAbsentOptionalFieldEqualsNull() {
    assertThat(read("{\"text\":\"a\"}"))
        .isEqualTo(read("{\"text\":\"a\",\"k\":null,\"tags\":null}"));
  }

  @Test
  void everyWrongFieldIsReportedAtOnce() {
    ApiException refusal =
        refusal(
            """
            {"k":0,"seed":-1,"top_p":0,"flag":"yes","colour":"green","at":"yesterday","tags":["abcd",1],
             "inner":[{}],"metadata":{"a":[]},"slug":"A","unheard":1}
            """);
    assertThat(refusal.code()).isEqualTo(ProblemCode.INVALID_PARAMETER);
    assertThat(refusal.errors())
        .extracting(FieldError::field, FieldError::code)
        .containsExactlyInAnyOrder(
            tuple("unheard", "unknown_field"),
            tuple("text", "missing_field"),
            tuple("k", "out_of_range"),
            tuple("seed", "out_of_range"),
            tuple("top_p", "out_of_range"),
            tuple("flag", "wrong_type"),
            tuple("colour", "not_allowed"),
            tuple("at", "wrong_type"),
            tuple("tags[0]", "too_long"),
            tuple("tags[1]", "wrong_type"),
            tuple("inner[0].name", "missing_field"),
            tuple("metadata.a", "wrong_type"),
            tuple("slug", "pattern"));
  }

  @Test
  void aBoundIsNamedWithTheValue() {
    ApiException refusal = refusal("{\"text\":\"a\",\"k\":33}");
    assertThat(refusal.errors())
        .containsExactly(
            new FieldError("k", "out_of_range", "must be between 1 and 32", 33, 1L, 32L));
    assertThat(refusal.detail()).isEqualTo("k must be between 1 and 32, but was 33");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"text\":\"a\",\"zz\":1} | UNKNOWN_FIELD",
        "{} | MISSING_FIELD",
        "{\"text\":null} | MISSING_FIELD",
        "{\"text\":5} | INVALID_PARAMETER",
        "[] | INVALID_PARAMETER",
        "null | INVALID_PARAMETER",
      })
  void theCodeSaysWhatKindOfMistakeItIs(String json, ProblemCode code) {
    assertThat(refusal(json).code()).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "{",
        "{\"text\":\"a\",\"text\":\"b\"}",
        "{\"text\":\"a\"} {}",
        "{\"text\":\"a\",\"k\":NaN}",
        "{\"text\":\"a\",\"k\":+1}",
        "{'text':'a'}",
        "{\"text\":\"a\",}",
        "{\"text\":\"a\u0001b\"}",
      })
  void whatIsNotOneJsonDocumentIsMalformed(String json) {
    assertThat(refusal(json).code()).isEqualTo(ProblemCode.MALFORMED_JSON);
  }

  @Test
  void bytesThatAreNotUtf8AreMalformed() {
    assertThatThrownBy(() -> RecordReader.json(new byte[] {'"', (byte) 0xC3, '"'}, Body.class))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.MALFORMED_JSON));
  }

  @Test
  void deepNestingIsMalformed() {
    assertThat(refusal("[".repeat(60) + "]".repeat(60)).code())
        .isEqualTo(ProblemCode.MALFORMED_JSON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2147483648", "9223372036854775808", "1e308", "1.0", "-1", "\"1\"", "true", "[1]"})
  void numbersOutsideTheirTypeAreRefused(String number) {
    assertThat(refusal("{\"text\":\"a\",\"k\":" + number + "}").errors())
        .singleElement()
        .satisfies(e -> assertThat(e.field()).isEqualTo("k"))
        .satisfies(e -> assertThat(e.code()).isIn("out_of_range", "wrong_type"));
  }

  @Test
  void aHugeExponentIsOutOfRangeAndCheap() {
    assertThat(refusal("{\"text\":\"a\",\"top_p\":1e999999999}").errors())
        .extracting(FieldError::code)
        .containsExactly("out_of_range");
  }

  @ParameterizedTest
  @CsvSource({
    "'\"\\ud800\"', lone_surrogate",
    "'\"\\u0007\"', control_character",
    "'\"  \"', blank",
    "'\"\"', too_short",
    "'\"abcdef\"', too_long",
  })
  void textIsCheckedForWhatItMustNotHave(String text, String code) {
    assertThat(refusal("{\"text\":" + text + "}").errors())
        .extracting(FieldError::code)
        .containsExactly(code);
  }

  @Test
  void lengthCountsCodePoints() {
    assertThat(read("{\"text\":\"🌴🌴🌴🌴🌴\"}").text()).hasSize(10);
  }

  private record Open(String known, OpenInner inner, @OtherFields Map<String, JsonNode> others) {}

  private record OpenInner(@OtherFields Map<String, JsonNode> others) {}

  @Test
  void aRecordWithAPlaceForThemTakesUnknownFields() {
    Open open =
        RecordReader.json(
            "{\"known\":\"a\",\"colour\":1,\"others\":null,\"inner\":{\"x\":[2]}}".getBytes(UTF_8),
            Open.class);
    assertThat(open.known()).isEqualTo("a");
    assertThat(open.others().keySet()).containsExactly("colour", "others");
    assertThat(open.others().get("colour").intValue()).isEqualTo(1);
    assertThat(open.inner().others().keySet()).containsExactly("x");
  }

  @Test
  void namesThatCannotBeShownAreRefusedAlsoThere() {
    ApiException refusal =
        catchThrowableOfType(
            ApiException.class,
            () -> RecordReader.json("{\"a\\ud800\":1}".getBytes(UTF_8), Open.class));
    assertThat(refusal.code()).isEqualTo(ProblemCode.UNKNOWN_FIELD);
  }

  @Test
  void aPartOfABodyNamesItsPlace() {
    JsonNode part = JsonNodeFactory.instance.objectNode().put("text", 5);
    ApiException refusal =
        catchThrowableOfType(
            ApiException.class, () -> RecordReader.tree(part, Body.class, "parts[3]"));
    assertThat(refusal.errors()).extracting(FieldError::field).contains("parts[3].text");
  }

  @Test
  void aQueryStringIsReadByType() {
    Query query =
        RecordReader.query(
            Map.of(
                "limit", new String[] {"7"},
                "colour", new String[] {"red"},
                "flag", new String[] {"true"},
                "path_prefix", new String[] {"12"},
                "include", new String[] {"red,dark_blue"}),
            Query.class);
    assertThat(query)
        .isEqualTo(new Query(7, Colour.RED, true, "12", List.of(Colour.RED, Colour.DARK_BLUE)));
  }

  @Test
  void aQueryStringIsAsStrictAsABody() {
    ApiException refusal =
        catchThrowableOfType(
            ApiException.class,
            () ->
                RecordReader.query(
                    Map.of(
                        "limit", new String[] {"x"},
                        "colour", new String[] {"red", "red"},
                        "unheard", new String[] {"1"}),
                    Query.class));
    assertThat(refusal.errors())
        .extracting(FieldError::field)
        .containsExactlyInAnyOrder("limit", "colour", "unheard");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "red,", "red,,dark_blue", ","})
  void anEmptyItemOfAListIsNoItem(String include) {
    ApiException refusal =
        catchThrowableOfType(
            ApiException.class,
            () -> RecordReader.query(Map.of("include", new String[] {include}), Query.class));
    assertThat(refusal.errors())
        .isNotEmpty()
        .allSatisfy(error -> assertThat(error.field()).startsWith("include["));
  }

  record Capitals(@InCapitals @Nullable Colour colour) {}

  @Test
  void wordsAreWrittenInCapitalsWhereTheRecordSaysSo() {
    assertThat(RecordReader.json("{\"colour\":\"DARK_BLUE\"}".getBytes(UTF_8), Capitals.class))
        .isEqualTo(new Capitals(Colour.DARK_BLUE));
    assertThatThrownBy(
            () -> RecordReader.json("{\"colour\":\"dark_blue\"}".getBytes(UTF_8), Capitals.class))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.errors().getFirst().message()).contains("RED, DARK_BLUE"));
  }
}
