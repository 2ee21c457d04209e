package io.retort.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentenceEndsTest {
  /** The bar marks the white space that is asked about. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          He left.| She stayed. ; true
          Really?| Yes. ; true
          'He said “yes.”| Then he left.' ; true
          (See above.)| Next. ; true
          The end.| ; true
          He met Mr.| Smith ; false
          by J.| Smith ; false
          in the U.S.| Army ; false
          e.g.| Apples ; false
          and so on.| but small ; false
          no stop| Here ; false
          Wait…| What ; true
          """)
  void aSentenceEndsHere(String marked, boolean ends) {
    int position = marked.indexOf('|');
    int[] text = (marked.replace("|", "") + " ").codePoints().toArray();

    assertThat(SentenceEnds.at(text, position)).isEqualTo(ends);
  }
}
