package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import io.retort.encoder.Tokens;
import io.retort.generator.Attribution.Passage;
import io.retort.generator.Attribution.Token;
import io.retort.generator.Step.CopiedFrom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttributionTest {
  private final WordTokenizer tokenizer = new WordTokenizer();

  private NeighbourText neighbour(String text) {
    List<Neighbour> neighbours = Samples.neighbours(text);
    return NeighbourText.of(neighbours.getFirst(), tokenizer, 200);
  }

  /** The answer's tokens; from {@code start} on they were copied from {@code place} on. */
  private List<Token> copied(
      String answer, int start, int length, NeighbourText text, int place, double share) {
    Tokens tokens = tokenizer.encode(answer);
    List<Token> all = new ArrayList<>();
    for (int t = 0; t < tokens.length(); t++) {
      boolean inside = t >= start && t < start + length;
      List<CopiedFrom> from =
          inside ? List.of(new CopiedFrom(text, place + t - start, share)) : List.of();
      var step = new Step(tokens.id(t), -0.1, inside ? share : 0, from);
      all.add(new Token(step, tokens.start(t), tokens.end(t)));
    }
    return all;
  }

  private static List<Passage> passages(String answer, List<Token> tokens) {
    return Attribution.passages(answer.codePoints().toArray(), tokens);
  }

  @Test
  void aCopiedRunBecomesOnePassage() {
    NeighbourText leave = neighbour(Samples.LEAVE);
    String answer = "You can carry over up to five unused leave days.";
    int from = indexOf(leave, " up");
    Passage passage = passages(answer, copied(answer, 4, 6, leave, from, .95)).getFirst();

    assertThat(passage.answerSpan().of(answer)).isEqualTo("up to five unused leave days");
    assertThat(passage.quote()).isEqualTo("up to five unused leave days");
    assertThat(leave.inDocument(passage.sourceSpan())).isEqualTo(new TextSpan(41, 69));
    assertThat(passage.share()).isEqualTo(1);
  }

  private int indexOf(NeighbourText text, String token) {
    int id = tokenizer.id(token);
    for (int j = 0; j < text.tokens().length(); j++) {
      if (text.tokens().id(j) == id) {
        return j;
      }
    }
    throw new IllegalArgumentException(token);
  }

  @Test
  void whatIsHardlyCopiedIsNoPassage() {
    NeighbourText text = neighbour("red gold blue");

    assertThat(passages("red gold", copied("red gold", 0, 2, text, 0, .2))).isEmpty();
    assertThat(passages("red gold", copied("red gold", 0, 2, text, 0, .3))).hasSize(1);
  }

  @Test
  void grammarIsNoPassage() {
    NeighbourText text = neighbour("out of the box");

    assertThat(passages("it is of the", copied("it is of the", 2, 2, text, 1, 1))).isEmpty();
  }

  @Test
  void theNeighbourWithMoreCopyMassIsCited() {
    NeighbourText less = neighbour("the red gold");
    NeighbourText more = neighbour("a red gold");
    Tokens tokens = tokenizer.encode(" red gold");
    List<Token> answer = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      var from = List.of(new CopiedFrom(more, 1 + t, .6), new CopiedFrom(less, 1 + t, .3));
      answer.add(new Token(new Step(tokens.id(t), -.1, .9, from), tokens.start(t), tokens.end(t)));
    }
    Passage passage = passages(" red gold", answer).getFirst();

    assertThat(passages(" red gold", answer)).hasSize(1);
    assertThat(passage.neighbour()).isSameAs(more);
    assertThat(passage.share()).isCloseTo(2.0 / 3, within(1e-9));
  }

  @Test
  void twoPlacesAreTwoPassagesInTheOrderOfTheAnswer() {
    NeighbourText one = neighbour("gold from Peru");
    NeighbourText two = neighbour("silver from Chile");
    String answer = "silver and gold from Peru";
    List<Token> tokens = new ArrayList<>(copied(answer, 2, 3, one, 0, .9));
    // " gold" is another token than "gold": what stands first in the text has no space before it
    Tokens encoded = tokenizer.encode(answer);
    var silver = new Step(encoded.id(0), -.1, .9, List.of(new CopiedFrom(two, 0, .9)));
    tokens.set(0, new Token(silver, 0, 6));
    List<Passage> passages = passages(answer, tokens);

    assertThat(passages).extracting(Passage::quote).containsExactly("silver", "gold from Peru");
  }

  @Test
  void partsOfWordsAreNotCited() {
    // the answer says "unused" where only "used" was copied; tokens are cut by hand
    NeighbourText text = neighbour("used days");
    String answer = "unused days";
    var used = new Step(tokenizer.id("used"), -.1, 1, List.of(new CopiedFrom(text, 0, 1)));
    var days = new Step(tokenizer.id(" days"), -.1, 1, List.of(new CopiedFrom(text, 1, 1)));
    var un = new Step(tokenizer.id("un"), -.1, 0, List.of());
    List<Token> tokens =
        List.of(new Token(un, 0, 2), new Token(used, 2, 6), new Token(days, 6, 11));

    assertThat(passages(answer, tokens)).extracting(Passage::quote).containsExactly("days");
  }

  @Test
  void aSourceThatSaysAnotherWordIsNotCited() {
    // "199" was copied out of "1998": the widened quote says something else
    NeighbourText text = neighbour("1998");
    var digits = new Step(9, -.1, 1, List.of(new CopiedFrom(cutAfter(text, 3), 0, 1)));

    assertThat(passages("199", List.of(new Token(digits, 0, 3)))).isEmpty();
  }

  private static NeighbourText cutAfter(NeighbourText text, int end) {
    var tokenizer =
        new WordTokenizer() {
          @Override
          public synchronized Tokens encode(String ignored) {
            return new Tokens(new int[] {9}, new int[] {0}, new int[] {end});
          }
        };
    return NeighbourText.of(
        new Neighbour(text.chunk(), null, 1, 1, Neighbour.Source.BOTH), tokenizer, 10);
  }

  @Test
  void longQuotesAreCutAtAWord() {
    String words = "lorem ipsum dolor sit ".repeat(40).strip();
    NeighbourText text = neighbour(words);
    int length = text.tokens().length();
    Passage passage = passages(words, copied(words, 0, length, text, 0, 1)).getFirst();

    assertThat(passage.quote()).hasSizeBetween(490, Citation.MAX_QUOTE);
    assertThat(passage.quote()).isEqualTo(passage.answerSpan().of(words));
    assertThat(words).startsWith(passage.quote() + " ");
  }
}
