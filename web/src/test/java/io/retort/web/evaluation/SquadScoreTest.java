package io.retort.web.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SquadScoreTest {
  @Test
  void caseArticlesAndPunctuationDoNotCount() {
    assertThat(SquadScore.of(" The Eiffel-Tower.", List.of("eiffeltower")).exactMatch()).isOne();
    assertThat(SquadScore.words("An owl, a cat & the dog")).containsExactly("owl", "cat", "dog");
  }

  @Test
  void theBestOfAllAnswersCounts() {
    SquadScore score = SquadScore.of("in 1066", List.of("year 1066 AD", "1066"));

    assertThat(score.exactMatch()).isZero();
    assertThat(score.f1()).isCloseTo(2.0 / 3, within(1e-9));
  }

  @Test
  void repeatedWordsCountAsOftenAsBothHaveThem() {
    assertThat(SquadScore.of("very very good", List.of("very good")).f1())
        .isCloseTo(0.8, within(1e-9));
  }

  @Test
  void aSentenceContainsAnAnswerAsARunOfWords() {
    List<String> answers = List.of("the Eiffel Tower", "1889");
    assertThat(SquadScore.of("He built Eiffel tower, in Paris.", answers).contains()).isOne();
    assertThat(SquadScore.of("The tower of Eiffel was built in 18890.", answers).contains())
        .isZero();
  }

  @Test
  void nothingSaidIsNothingRight() {
    assertThat(SquadScore.of("", List.of("x"))).isEqualTo(new SquadScore(0, 0, 0));
  }
}
