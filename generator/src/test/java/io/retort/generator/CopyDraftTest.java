package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.Neighbour;
import io.retort.generator.Step.CopiedFrom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyDraftTest {
  private final WordTokenizer tokenizer = new WordTokenizer();
  private final ScriptedModel model = new ScriptedModel(1, List.of(), 1);
  private final AttendedNeighbours neighbours = attend("zero", "one two three four five");

  /** The scripted reader sees a span end at the last token of each neighbour. */
  private AttendedNeighbours attend(String... texts) {
    List<ReadNeighbour> read = new ArrayList<>();
    for (Neighbour neighbour : Samples.neighbours(texts)) {
      var text = NeighbourText.of(neighbour, tokenizer, 40);
      var input =
          ReaderInput.of(tokenizer.wordPieces(), new int[0], "", text.codePoints(), text.tokens());
      read.add(new ReadNeighbour(text, model.read(input, Samples.limits())));
    }
    return AttendedNeighbours.of(read, model);
  }

  private String draft(int maxLength, int place, double share, int room) {
    var from = new CopiedFrom(neighbours.text(1), place, share);
    var last = new Step(neighbours.token(1 + place), -.1, share, List.of(from));
    int[] draft = new CopyDraft(maxLength, WordTokenizer.END).after(last, neighbours, room);
    return draft.length == 1 && draft[0] == WordTokenizer.END ? "<E>" : tokenizer.decode(draft);
  }

  @Test
  void whatFollowsTheCopiedPlaceIsDrafted() {
    assertThat(draft(3, 0, .9, 9)).isEqualTo(" two three four");
    assertThat(draft(3, 2, .9, 9)).isEqualTo(" four five");
  }

  @Test
  void nothingIsDraftedBeyondTheRoomTheNeighbourOrTheSpan() {
    assertThat(draft(3, 0, .9, 1)).isEqualTo(" two");
    assertThat(draft(3, 0, .9, 0)).isEmpty();
    assertThat(draft(3, 4, .9, 9)).as("the last token ends span and neighbour").isEqualTo("<E>");
  }

  @Test
  void whereNothingIsCopiedTheGuessIsTheEnd() {
    assertThat(draft(3, 0, .4, 9)).isEqualTo("<E>");
    assertThat(draft(3, 0, .4, 0)).isEmpty();
    var said = new Step(5, -.1, 0, List.of());
    assertThat(new CopyDraft(3, WordTokenizer.END).after(said, neighbours, 9))
        .containsExactly(WordTokenizer.END);
  }
}
