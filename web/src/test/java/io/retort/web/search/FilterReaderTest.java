package io.retort.web.search;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.Filter;
import io.retort.data.store.CollectionRow;
import io.retort.data.store.CollectionSummary;
import io.retort.data.store.FieldDeclaration;
import io.retort.web.json.RecordReader;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterReaderTest {
  private static CollectionSummary collection(String id, FieldDeclaration... fields) {
    var row = new CollectionRow(id, id, "", List.of(fields), Instant.EPOCH, Instant.EPOCH);
    return new CollectionSummary(row, 0, 0, 0, 0, new TreeMap<>(), CollectionSummary.State.READY);
  }

  private static final CollectionSummary HANDBOOK =
      collection(
          "handbook",
          new FieldDeclaration("year", FieldDeclaration.Type.INTEGER),
          new FieldDeclaration("share", FieldDeclaration.Type.NUMBER),
          new FieldDeclaration("due", FieldDeclaration.Type.DATE),
          new FieldDeclaration("team", FieldDeclaration.Type.KEYWORD),
          new FieldDeclaration("draft", FieldDeclaration.Type.BOOLEAN));

  private static List<Filter> read(String json, CollectionSummary... searched) {
    List<FilterBody> bodies =
        RecordReader.jsonArray(json.getBytes(UTF_8), FilterBody.class, "filters");
    return FilterReader.read(bodies, searched.length == 0 ? List.of(HANDBOOK) : List.of(searched));
  }

  @Test
  void eachKindBecomesItsTypedFilter() {
    assertThat(
            read(
                """
                [{"field":"metadata.team","op":"eq","value":"hr"},
                 {"field":"page","op":"any","values":[1,2]},
                 {"field":"metadata.year","op":"range","gte":2025,"lt":2027},
                 {"field":"metadata.share","op":"range","gt":0.5},
                 {"field":"metadata.due","op":"eq","value":"2026-11-25"},
                 {"field":"path","op":"prefix","value":"a/"},
                 {"field":"tags","op":"exists","negate":true},
                 {"field":"metadata.draft","op":"eq","value":false}]
                """))
        .containsExactly(
            new Filter.Any("metadata.team", List.of("hr")),
            new Filter.Any("page", List.of(1L, 2L)),
            new Filter.Range("metadata.year", 2025L, true, 2027L, false),
            new Filter.Range("metadata.share", 0.5, false, null, false),
            new Filter.Any("metadata.due", List.of(Instant.parse("2026-11-25T00:00:00Z"))),
            new Filter.Prefix("path", "a/"),
            new Filter.Not(new Filter.Exists("tags")),
            new Filter.Any("metadata.draft", List.of(false)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"field\":\"metadata.year\",\"op\":\"eq\",\"value\":\"2025\"} | INVALID_FILTER",
        "{\"field\":\"metadata.year\",\"op\":\"eq\"} | INVALID_FILTER",
        "{\"field\":\"metadata.year\",\"op\":\"eq\",\"value\":1,\"gte\":1} | INVALID_FILTER",
        "{\"field\":\"metadata.year\",\"op\":\"range\"} | INVALID_FILTER",
        "{\"field\":\"metadata.year\",\"op\":\"range\",\"gte\":1,\"gt\":1} | INVALID_FILTER",
        "{\"field\":\"metadata.year\",\"op\":\"prefix\",\"value\":\"2\"} | INVALID_FILTER",
        "{\"field\":\"path\",\"op\":\"range\",\"gte\":\"a\"} | INVALID_FILTER",
        "{\"field\":\"metadata.due\",\"op\":\"eq\",\"value\":\"soon\"} | INVALID_FILTER",
        "{\"field\":\"metadata.nothing\",\"op\":\"exists\"} | UNKNOWN_FILTER_FIELD",
        "{\"field\":\"collection\",\"op\":\"eq\",\"value\":\"x\"} | UNKNOWN_FILTER_FIELD",
      })
  void whatDoesNotFitIsRefused(String filter, ProblemCode code) {
    assertThatThrownBy(() -> read("[" + filter + "]"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void aFieldHasToBeDeclaredAlikeByEverySearchedCollection() {
    var other = collection("other", new FieldDeclaration("year", FieldDeclaration.Type.KEYWORD));
    assertThatThrownBy(
            () -> read("[{\"field\":\"metadata.year\",\"op\":\"exists\"}]", HANDBOOK, other))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.code()).isEqualTo(ProblemCode.UNKNOWN_FILTER_FIELD));
  }
}
