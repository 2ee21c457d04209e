package io.retort.web.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.Neighbour;
import io.retort.generator.AnswerStyle;
import io.retort.generator.Diagnostics;
import io.retort.web.fakes.FakeGenerator;
import java.util.List;
import org.junit.jupiter.api.Test;

class GivenReaderTest {
  private final FakeGenerator generator = new FakeGenerator();
  private final GivenReader reader =
      new GivenReader(generator, AnswerStyle.SHORT, 7, 0.25, new Diagnostics(false, true));

  private static Question question(String text) {
    return NeighbourSupply.GIVEN
        .arrange(
            QuestionFileTest.read(
                    "{\"question\": \""
                        + text
                        + "\", \"answers\": [\"five\"], \"gold\": 0, \"neighbours\": [{\"title\":"
                        + " \"t\", \"text\": \"five\", \"continuation\": \" days\"}, {\"text\":"
                        + " \"six\"}]}",
                    true)
                .questions())
        .getFirst();
  }

  @Test
  void theGeneratorIsAskedAsTold() {
    Row row = reader.readOrFail(question("How many?"), false);
    assertThat(row.answer()).isEqualTo("five");
    assertThat(row.right()).isTrue();
    assertThat(row.readRank()).isOne();
    assertThat(row.citations()).containsExactly(new Row.CitedRow("t", "five", true, true, null));
    assertThat(row.knockOutNats()).isNull();
    assertThat(generator.lastRequest().maxTokens()).isEqualTo(7);
    assertThat(generator.lastRequest().minConfidence()).isEqualTo(0.25);
    assertThat(generator.lastRequest().diagnostics()).isEqualTo(new Diagnostics(false, true));
  }

  @Test
  void whatASourceFindsIsReadAndStaysIfItIsFrozen() {
    Question question = question("How many?");
    List<Neighbour> found = question.neighbours().reversed();
    Row row = reader.read(question, query -> found, GivenNeighbours.texts(found), true).row();
    assertThat(row.answer()).isEqualTo("six");
    assertThat(row.right()).isFalse();
    assertThat(row.readRank()).isEqualTo(2);
    assertThat(row.searchRank()).isEqualTo(2);
    assertThat(row.neighbours()).isEqualTo(2);
    assertThat(generator.lastRequest().freezeNeighbours()).isTrue();
    reader.read(question, query -> found, GivenNeighbours.texts(found), false);
    assertThat(generator.lastRequest().freezeNeighbours()).isFalse();
  }

  @Test
  void masksAreTriedOneAtATime() {
    Row row = reader.readOrFail(question("How many?"), true);
    assertThat(row.knockOutNats()).isEqualTo(1);
    assertThat(row.knockOutAgreed()).isFalse(); // the fake's masks all cost the same
  }

  @Test
  void whatBreaksIsARow() {
    Row row = reader.readOrFail(question("fail now"), true);
    assertThat(row.error()).isEqualTo("logits are not finite");
    assertThat(List.of(row)).noneMatch(Row::answered);
  }

  @Test
  void aDeclinedQuestionHasNothingToMask() {
    Row row = reader.readOrFail(question("unsure about it"), true);
    assertThat(row.answered()).isFalse();
    assertThat(row.reason()).isEqualTo("low_confidence");
    assertThat(row.knockOutNats()).isNull();
  }
}
