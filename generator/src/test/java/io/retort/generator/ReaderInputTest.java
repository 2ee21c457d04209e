package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.encoder.Tokens;
import org.junit.jupiter.api.Test;

class ReaderInputTest {
  private final WordTokenizer words = new WordTokenizer();

  private static int[] points(String text) {
    return text.codePoints().toArray();
  }

  /** Tokens at these bounds: 0-2, 2-5, … */
  private static Tokens cut(int... bounds) {
    int length = bounds.length - 1;
    int[] starts = new int[length];
    int[] ends = new int[length];
    for (int i = 0; i < length; i++) {
      starts[i] = bounds[i];
      ends[i] = bounds[i + 1];
    }
    return new Tokens(new int[length], starts, ends);
  }

  @Test
  void layoutIsQuestionThenTitleAndNeighbour() {
    int[] asked = ReaderInput.asked(words.wordPieces(), "Say:\n", "How many");
    String text = " five days";
    var input =
        ReaderInput.of(words.wordPieces(), asked, "Leave", points(text), words.encode(text));

    assertThat(words.decode(asked)).isEqualTo("Say:\nHow many");
    assertThat(input.pieces()).startsWith(1).endsWith(0);
    assertThat(input.asking()).isEqualTo(asked.length + 2);
    assertThat(input.pieces()[input.asking() - 1]).isZero();
    assertThat(words.decode(input.pieces())).endsWith("How manyLeave. five days");
    assertThat(input.map()).containsExactly(input.asking() + 2, input.asking() + 3);
    assertThat(input.tokens()).isEqualTo(words.encode(text).ids());
  }

  @Test
  void anUntitledNeighbourHasNoFullStopBeforeIt() {
    var input =
        ReaderInput.of(words.wordPieces(), new int[] {7}, "", points("x"), words.encode("x"));

    assertThat(input.pieces()).containsExactly(1, 7, 0, words.id("x"), 0);
  }

  @Test
  void longQuestionsTitlesAndNeighboursAreCut() {
    int[] asked = ReaderInput.asked(words.wordPieces(), "", "q ".repeat(100));
    String text = " w".repeat(600);
    Tokens tokens = words.encode(text);
    var input = ReaderInput.of(words.wordPieces(), asked, "t ".repeat(100), points(text), tokens);

    assertThat(asked).hasSize(ReaderInput.MAX_QUESTION);
    assertThat(input.pieces()).hasSize(512);
    int last = input.map()[tokens.length() - 1];
    assertThat(last).as("what is beyond the cut takes the last piece").isEqualTo(510);
  }

  @Test
  void aTokenTakesThePieceOfItsFirstVisibleCharacter() {
    // text "ab  cd": decoder ab|␣|␣cd, pieces ab and cd
    assertThat(
            ReaderInput.map(
                points("ab  cd"),
                cut(0, 2, 3, 6),
                new Tokens(new int[2], new int[] {0, 4}, new int[] {2, 6})))
        .containsExactly(0, 1, 1);
  }

  @Test
  void severalTokensCanShareAPiece() {
    // "1898" is four decoder tokens and one piece
    assertThat(ReaderInput.map(points("1898."), cut(0, 1, 2, 3, 4, 5), cut(0, 4, 5)))
        .containsExactly(0, 0, 0, 0, 1);
  }

  @Test
  void whiteSpaceAtTheEndTakesTheLastPiece() {
    assertThat(ReaderInput.map(points("a \n"), cut(0, 1, 2, 3), cut(0, 1)))
        .containsExactly(0, 0, 0);
  }

  @Test
  void aCharacterThatNoPieceCoversTakesTheNext() {
    // the middle character was dropped by the word pieces
    assertThat(
            ReaderInput.map(
                points("a\u200bb"),
                cut(0, 1, 2, 3),
                new Tokens(new int[2], new int[] {0, 2}, new int[] {1, 3})))
        .containsExactly(0, 1, 1);
  }

  @Test
  void theTokensOfOneCharacterShareItsPiece() {
    // an emoji is two decoder tokens over the same code point
    var halves = new Tokens(new int[3], new int[] {0, 0, 1}, new int[] {1, 1, 3});
    assertThat(ReaderInput.map(points("🌴 b"), halves, cut(0, 1, 3))).containsExactly(0, 0, 1);
  }
}
