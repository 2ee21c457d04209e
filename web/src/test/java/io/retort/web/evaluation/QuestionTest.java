package io.retort.web.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.TextSpan;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuestionTest {
  private static ReadNeighbour neighbour(int start, String text) {
    return new ReadNeighbour(
        "doc_a:1", "doc_a", "a.txt", new TextSpan(start, start + text.length()), text);
  }

  private static Question at(TextSpan... spans) {
    return new Question("q", "q?", List.of("five"), "a.txt", List.of(spans), null, List.of(), -1);
  }

  @Test
  void withAPathAnAnswerMustStandInTheNeighbour() {
    assertThat(at().isAnsweredBy(neighbour(0, "it is five"))).isTrue();
    assertThat(at().isAnsweredBy(neighbour(0, "it is six"))).isFalse();
    assertThat(at().isSource(neighbour(0, "it is six"))).isTrue();
  }

  @Test
  void withSpansThePlaceDecides() {
    Question question = at(new TextSpan(10, 14));
    assertThat(question.isAnsweredBy(neighbour(13, "anything"))).isTrue();
    assertThat(question.isAnsweredBy(neighbour(14, "five"))).isFalse();
    assertThat(question.isSource(neighbour(2, "12345678"))).isFalse();
  }

  @Test
  void aContextIsKnownByItsWords() {
    String context =
        "The oil crisis began in October 1973 when members of OPEC proclaimed an embargo.";
    var question =
        new Question("q", "q?", List.of("October 1973"), null, List.of(), context, List.of(), -1);
    assertThat(
            question.isAnsweredBy(neighbour(0, "oil crisis began in October 1973 when members of")))
        .isTrue();
    assertThat(
            question.isSource(
                neighbour(0, "In October 1973 a war began when members of two states met")))
        .isFalse();
    assertThat(question.isSource(neighbour(0, ""))).isFalse();
  }

  @Test
  void otherNeighboursAreOfNoKnownWorth() {
    List<Question> set =
        QuestionFileTest.read(
                """
                {"question": "a?", "answers": ["x"], "gold": 1, "neighbours": [{"text": "n"}, {"text": "x"}]}
                {"question": "b?", "answers": ["y"], "gold": 0, "neighbours": [{"text": "y"}]}
                """,
                true)
            .questions();
    Question given = NeighbourSupply.GIVEN.arrange(set).getFirst();
    assertThat(given.isAnsweredBy(ReadNeighbour.of(given.neighbours().get(1)))).isTrue();
    assertThat(given.isAnsweredBy(ReadNeighbour.of(given.neighbours().get(0)))).isFalse();
    Question shuffled = NeighbourSupply.SHUFFLED.arrange(set).getFirst();
    assertThat(shuffled.neighbours()).isEqualTo(set.get(1).neighbours());
    assertThat(shuffled.namesSource()).isFalse();
    assertThat(NeighbourSupply.OFF.arrange(set).getFirst().neighbours()).isEmpty();
  }
}
