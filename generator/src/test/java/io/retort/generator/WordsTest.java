package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "The Eiffel Tower|eiffel tower",
        "up to five, unused!|up to five unused",
        "isn't 1,000 km|isnt 1000 km",
        "naïve – déjà|naïve déjà",
        "東京|東 京",
        "a an the|''",
      })
  void normalisedWordsHaveNoCaseArticlesAndPunctuation(String text, String words) {
    assertThat(String.join(" ", Words.normalised(text))).isEqualTo(words);
  }

  @Test
  void wordsStandOnlyInOrderAndSideBySide() {
    assertThat(Words.stand("five days", "up to five unused days")).isFalse();
    assertThat(Words.stand("five unused", "Up to Five, unused days")).isTrue();
    assertThat(Words.stand("199", "in 1998")).isFalse();
  }

  @Test
  void aCutInsideANumberOrAWordIsSeen() {
    int[] text = "1,000 isn't ab".codePoints().toArray();

    assertThat(Words.cuts(text, 1)).isTrue();
    assertThat(Words.cuts(text, 5)).isFalse();
    assertThat(Words.cuts(text, 9)).isTrue();
    assertThat(Words.cuts(text, 13)).isTrue();
    assertThat(Words.cuts(text, text.length)).isFalse();
  }

  @Test
  void grammarAloneSaysNothing() {
    assertThat(Words.sayAnything("of the")).isFalse();
    assertThat(Words.sayAnything("of gold")).isTrue();
    assertThat(Words.sayAnything(" .")).isFalse();
  }
}
