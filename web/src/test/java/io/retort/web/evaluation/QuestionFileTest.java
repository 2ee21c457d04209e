package io.retort.web.evaluation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.TextSpan;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionFileTest {
  static QuestionFile read(byte[] bytes, boolean withNeighbours) {
    try {
      return QuestionFile.read("set.jsonl", new ByteArrayInputStream(bytes), withNeighbours);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static QuestionFile read(String text, boolean withNeighbours) {
    return read(text.getBytes(UTF_8), withNeighbours);
  }

  @Test
  void theFormsOfAllSetsAreRead() {
    QuestionFile set =
        read(
            """
            {"source": "squad", "title": "T", "question": "When?", "answers": ["1973"], "context": "In 1973."}\r

            {"id": "s-1", "question": "Wer, äh?", "answers": [], "path": "a.txt", "spans": [{"start": 1, "end": 4}]}
            {"id": "s-2", "question": "Who?", "answers": ["x"], "path": null}""",
            false);
    assertThat(set.complaints()).isEmpty();
    assertThat(set.questions()).extracting(Question::id).containsExactly("line 1", "s-1", "s-2");
    assertThat(set.questions().get(0).context()).isEqualTo("In 1973.");
    assertThat(set.questions().get(1).answerable()).isFalse();
    assertThat(set.questions().get(1).spans()).containsExactly(new TextSpan(1, 4));
    assertThat(set.questions().get(2).path()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"answers": []}                                   | 'question' is missing
          {"question": " ", "answers": []}                  | 'question' is missing
          {"question": 7, "answers": []}                    | 'question' must be a text, not 7
          {"question": "q"}                                 | 'answers' is missing
          {"question": "q", "answers": "x"}                 | 'answers' is missing
          {"question": "q", "answers": [1]}                 | 'answers' must be a text, not 1
          {"question": "q", "answers": [], "id": 3}         | 'id' must be a text, not 3
          {"question": "q", "answers": [], "id": "fine"}    | the id 'fine' stands in a line before
          {"question": "q", "answers": [], "spans": [{}]}   | must have start and end
          {"question": "q", "answers": [], "spans": [{"start": 4, "end": 1}]} | not a span
          {"question": "q", "answers": []                   | is not one JSON object
          {"question": "q", "answers": []} {}               | is not one JSON object
          ["q"]                                             | is not one JSON object
          """)
  void aBadLineIsNamedAndTheOthersAreRead(String line, String complaint) {
    String fine = "{\"id\": \"fine\", \"question\": \"q\", \"answers\": []}\n";
    QuestionFile set = read(fine + line + "\n" + fine.replace("fine", "too"), false);
    assertThat(set.complaints()).hasSize(1);
    assertThat(set.complaints().getFirst().toString())
        .startsWith("set.jsonl, line 2: ")
        .contains(complaint);
    assertThat(set.questions()).extracting(Question::id).containsExactly("fine", "too");
  }

  @Test
  void aLineThatIsNotUtf8IsNamed() {
    byte[] bytes = "{\"question\": \"é\", \"answers\": []}".getBytes(ISO_8859_1);
    assertThat(read(bytes, false).complaints())
        .containsExactly(new QuestionFile.Complaint("set.jsonl", 1, "is not UTF-8"));
  }

  @Test
  void whereNeighboursAreNeededALineWithoutThemIsNamed() {
    String line = "{\"question\": \"q\", \"answers\": []%s}";
    assertThat(read(line.formatted(""), true).complaints().getFirst().problem())
        .contains("'neighbours' is missing");
    assertThat(
            read(line.formatted(", \"neighbours\": [{\"title\": \"t\"}]"), true)
                .complaints()
                .getFirst()
                .problem())
        .contains("must have a text");
    assertThat(
            read(line.formatted(", \"neighbours\": [{\"text\": \"t\"}], \"gold\": 1"), true)
                .complaints()
                .getFirst()
                .problem())
        .contains("gold must be -1 or the index of one of 1 neighbours: 1");
    assertThat(read(line.formatted(""), false).complaints()).isEmpty();
  }

  @Test
  void nothingIsNoQuestion() {
    assertThat(read("", false).questions()).isEmpty();
    assertThat(read("", false).complaints()).isEmpty();
  }

  @Test
  void whatIsCompressedIsSaidToBe() {
    byte[] xz = {(byte) 0xFD, '7', 'z', 'X', 'Z', 0, 0};
    assertThatThrownBy(() -> read(xz, false)).hasMessageContaining("xz -dc");
  }

  @Test
  void theSumIsOfTheBytes() {
    assertThat(read("\n", false).sha256())
        .isEqualTo("01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b");
  }

  @Test
  void aDrawIsOfTheSeedAndInOrder() {
    QuestionFile set =
        read(
            IntStream.range(0, 100)
                .mapToObj(
                    i -> "{\"id\": \"%03d\", \"question\": \"q\", \"answers\": []}".formatted(i))
                .collect(Collectors.joining("\n")),
            false);
    var drawn = set.draw(10, 1);
    assertThat(drawn).hasSize(10).isSortedAccordingTo(Comparator.comparing(Question::id));
    assertThat(set.draw(10, 1)).isEqualTo(drawn);
    assertThat(set.draw(10, 2)).isNotEqualTo(drawn);
    assertThat(set.draw(0, 1)).isEqualTo(set.questions());
  }
}
