package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NeighbourTextTest {
  private final WordTokenizer tokenizer = new WordTokenizer();

  private NeighbourText text(Chunk chunk, @Nullable Chunk continuation) {
    return NeighbourText.of(
        new Neighbour(chunk, continuation, 1, 1, Neighbour.Source.BOTH), tokenizer, 5);
  }

  private static Chunk page(int ordinal, int start, int page, String text) {
    var span = new TextSpan(start, start + text.codePointCount(0, text.length()));
    return new Chunk(new ChunkId("doc", ordinal), 1, "c", "t", "", span, page, text);
  }

  @Test
  void chunkAndContinuationAreOneText() {
    NeighbourText text = text(page(3, 100, 7, "🌴 one"), page(4, 105, 8, " two"));

    assertThat(text.text(new TextSpan(0, 9))).isEqualTo("🌴 one two");
    TextSpan last = text.visible(2, 2);
    assertThat(text.text(last)).isEqualTo("two");
    assertThat(text.inDocument(last)).isEqualTo(new TextSpan(106, 109));
    assertThat(text.page(last)).isEqualTo(8);
    assertThat(text.page(text.visible(0, 2))).isEqualTo(7);
  }

  @Test
  void aContinuationWithAGapIsLeftOut() {
    NeighbourText text = text(page(3, 100, 7, "one"), page(4, 104, 7, " two"));

    assertThat(text.codePoints()).hasSize(3);
  }

  @Test
  void moreTokensThanTheRetrievedLengthAreCut() {
    assertThat(text(page(0, 0, 1, "a b c d e f g"), null).tokens().length()).isEqualTo(5);
  }

  @Test
  void widensToWholeWords() {
    NeighbourText text = text(page(0, 0, 1, "in 1,998 isn't"), null);

    assertThat(text.text(text.widened(new TextSpan(5, 6)))).isEqualTo("1,998");
    assertThat(text.text(text.widened(new TextSpan(9, 11)))).isEqualTo("isn't");
    assertThat(text.text(text.widened(new TextSpan(0, 2)))).isEqualTo("in");
  }
}
