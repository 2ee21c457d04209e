package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkGridTest {
  // prompt length, position, entry it attends to; chunks of 64
  @ParameterizedTest
  @CsvSource({
    "1, 0, 0", // a prompt of one token attends at once
    "1, 63, 0",
    "1, 64, 1",
    "10, 0, -1", // prompt rows before the last run the base decoder
    "10, 8, -1",
    "10, 9, 0", // the last prompt token is the first attending position
    "10, 10, 0", // generated token 1, as an input
    "10, 72, 0", // generated token 63 predicts the 64th, the last of its chunk
    "10, 73, 1", // generated token 64 is the first that sees the new neighbours
    "10, 136, 1",
    "10, 137, 2",
    "200, 198, -1",
    "200, 199, 0",
    "200, 263, 1",
  })
  void theLastTokenOfAChunkIsTheFirstToAttend(int prompt, int position, int entry) {
    assertThat(new ChunkGrid(64, prompt).attendedEntry(position)).isEqualTo(entry);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "63, 1", "64, 1", "65, 2", "128, 2", "129, 3"})
  void anAnswerHasAnEntryForEachBegunChunk(int generated, int entries) {
    assertThat(new ChunkGrid(64, 5).entries(generated)).isEqualTo(entries);
  }

  @Property
  void anEntryServesExactlyOneChunk(
      @ForAll @IntRange(min = 1, max = 70) int chunkLength,
      @ForAll @IntRange(min = 1, max = 300) int promptLength,
      @ForAll @IntRange(min = 0, max = 500) int generated) {
    var grid = new ChunkGrid(chunkLength, promptLength);
    int input = promptLength - 1 + generated; // the row that predicts the next token

    assertThat(grid.attendedEntry(input)).isEqualTo(generated / chunkLength);
    assertThat(grid.needsEntry(generated))
        .isEqualTo(generated > 0 && grid.attendedEntry(input) > grid.attendedEntry(input - 1));
    assertThat(grid.attendedEntry(input + grid.leftInChunk(generated) - 1))
        .isEqualTo(grid.attendedEntry(input));
    assertThat(grid.attendedEntry(input + grid.leftInChunk(generated)))
        .isEqualTo(grid.attendedEntry(input) + 1);
    assertThat(grid.entries(generated + 1)).isEqualTo(grid.attendedEntry(input) + 1);
  }
}
