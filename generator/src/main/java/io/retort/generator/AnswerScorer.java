package io.retort.generator;

import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import io.retort.generator.RetroModel.Decoding;
import io.retort.generator.RetroModel.Memory;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Scores an answer that is already there, chunk by chunk in one pass each, with all its neighbours
 * and with some of them masked. A masked neighbour is left out as if it had not been retrieved, in
 * the reader's distribution over spans too.
 */
final class AnswerScorer {
  private final RetroModel model;
  private final QuestionReader reader;
  private final int[] prompt;
  private final int[] tokens;
  private final List<List<Neighbour>> entries;
  private final int chunkLength;
  private final CopyRule copying;

  /**
   * Takes what the answer was made of.
   *
   * @param entries the neighbours of each entry of its trace
   */
  AnswerScorer(
      RetroModel model,
      QuestionReader reader,
      int[] prompt,
      int[] tokens,
      List<List<Neighbour>> entries,
      int chunkLength,
      CopyRule copying) {
    int needed = new ChunkGrid(chunkLength, prompt.length).entries(tokens.length);
    if (entries.size() < needed) {
      throw new IllegalArgumentException(
          "%d tokens came from %d entries, not %d"
              .formatted(tokens.length, needed, entries.size()));
    }
    this.model = model;
    this.reader = reader;
    this.prompt = prompt;
    this.tokens = tokens;
    this.entries = entries;
    this.chunkLength = chunkLength;
    this.copying = copying;
  }

  KnockOut score(Decoding decoding, Set<ChunkId> masked) {
    if (prompt.length > 1) {
      decoding.append(Arrays.copyOf(prompt, prompt.length - 1));
    }
    double whole = logProbability(decoding, Set.of());
    decoding.truncate(prompt.length - 1);
    return new KnockOut(whole, logProbability(decoding, masked));
  }

  private double logProbability(Decoding decoding, Set<ChunkId> masked) {
    double sum = 0;
    Step last = null;
    for (int from = 0; from < tokens.length; from += chunkLength) {
      int to = Math.min(from + chunkLength, tokens.length);
      int[] inputs = new int[to - from]; // each row's output predicts the token after it
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = from + i == 0 ? prompt[prompt.length - 1] : tokens[from + i - 1];
      }
      List<Neighbour> kept =
          entries.get(from / chunkLength).stream()
              .filter(neighbour -> !masked.contains(neighbour.chunk().id()))
              .toList();
      try (var neighbours = AttendedNeighbours.of(reader.read(kept), model)) {
        Memory memory = neighbours.memory();
        DecoderRows rows = decoding.append(inputs, memory);
        for (int i = 0; i < inputs.length; i++) {
          Mixture mixture = Mixture.of(rows, i, neighbours, copying, last);
          double probability = mixture.probability(tokens[from + i]);
          sum += Math.log(Math.max(probability, Double.MIN_NORMAL));
          last = probability > 0 ? mixture.step(tokens[from + i]) : null;
        }
      }
    }
    return sum;
  }
}
