package io.retort.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MarkedTextTest {
  private final MarkedText text = new MarkedText();
  private final StringBuilder shown = new StringBuilder();

  private void tokens(String... tokens) {
    for (String token : tokens) {
      shown.append(text.add(token));
    }
  }

  @Test
  void aMarkStandsBehindTheWordsThatItIsAbout() {
    tokens("Carry", " over", " five", " days", ".");
    text.cite(1, 20);
    assertThat(shown + text.rest()).isEqualTo("Carry over five days[1].");
  }

  @Test
  void aSentenceIsShownWhenTheNextOneBegins() {
    tokens("One", ".");
    text.cite(1, 3);
    assertThat(shown).isEmpty();
    tokens(" Two");
    assertThat(shown).hasToString("One[1].");
    tokens(".");
    text.cite(2, 8);
    assertThat(shown + text.rest()).isEqualTo("One[1]. Two[2].");
  }

  @Test
  void positionsAreCodePoints() {
    tokens("🌴🌴", " palms", ".");
    text.cite(1, 8);
    assertThat(text.rest()).isEqualTo("🌴🌴 palms[1].");
  }

  @Test
  void marksOfOnePlaceStandInTheirOrder() {
    tokens("Five", ".");
    text.cite(1, 4);
    text.cite(2, 4);
    assertThat(text.rest()).isEqualTo("Five[1][2].");
  }

  @Test
  void aMarkBeforeOrBeyondWhatIsHeldIsNotLost() {
    tokens("Five", ".");
    text.cite(1, 4);
    tokens(" Six");
    text.cite(2, 2);
    text.cite(3, 99);
    assertThat(shown + text.rest()).isEqualTo("Five[1].[2] Six[3]");
  }

  @Test
  void withoutCitationsNothingIsLost() {
    tokens("No", " source", ".");
    assertThat(shown + text.rest()).isEqualTo("No source.");
    assertThat(text.rest()).isEmpty();
  }
}
