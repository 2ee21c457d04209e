package io.retort.generator;

import io.retort.generator.Step.CopiedFrom;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours of one entry side by side, as the decoder attends to them: M positions, each a
 * token of one neighbour. Whoever made it closes it.
 */
final class AttendedNeighbours implements AutoCloseable {
  private final List<ReadNeighbour> neighbours;
  private final RetroModel.@Nullable Memory memory;
  private final double relevance;
  private final double[] ends; // [M]
  private final int[] tokens; // [M]
  private final int[] owners; // [M] index into neighbours
  private final int[] firsts; // [K] first position of each neighbour
  private final int[] distinct; // the tokens of all positions, each once, ascending
  private final int[] distinctIndexes; // [M]

  private AttendedNeighbours(
      List<ReadNeighbour> neighbours,
      RetroModel.@Nullable Memory memory,
      double relevance,
      double[] ends) {
    this.neighbours = neighbours;
    this.memory = memory;
    this.relevance = relevance;
    this.ends = ends;
    this.firsts = new int[neighbours.size()];
    int positions = 0;
    for (int k = 0; k < firsts.length; k++) {
      firsts[k] = positions;
      positions += neighbours.get(k).slab().length();
    }
    this.tokens = new int[positions];
    this.owners = new int[positions];
    for (int k = 0; k < firsts.length; k++) {
      ReadNeighbour neighbour = neighbours.get(k);
      for (int j = 0; j < neighbour.slab().length(); j++) {
        tokens[firsts[k] + j] = neighbour.text().tokens().id(j);
        owners[firsts[k] + j] = k;
      }
    }
    this.distinct = Arrays.stream(tokens).sorted().distinct().toArray();
    this.distinctIndexes = new int[positions];
    for (int m = 0; m < positions; m++) {
      distinctIndexes[m] = Arrays.binarySearch(distinct, tokens[m]);
    }
  }

  /** Assembles the memory; neighbours without a token are left out. */
  static AttendedNeighbours of(List<ReadNeighbour> read, RetroModel model) {
    List<ReadNeighbour> neighbours =
        read.stream().filter(neighbour -> neighbour.slab().length() > 0).toList();
    if (neighbours.isEmpty()) {
      return new AttendedNeighbours(neighbours, null, 0, new double[0]);
    }
    List<RetroModel.Slab> slabs = neighbours.stream().map(ReadNeighbour::slab).toList();
    var salience = Salience.of(slabs);
    RetroModel.Memory memory = model.memory(slabs, salience.values());
    return new AttendedNeighbours(neighbours, memory, salience.relevance(), salience.ends());
  }

  boolean isEmpty() {
    return neighbours.isEmpty();
  }

  /** What the decoder attends to, null without neighbours. */
  RetroModel.@Nullable Memory memory() {
    return memory;
  }

  /** 0..1, one minus the reader's probability that no neighbour answers the question. */
  double relevance() {
    return relevance;
  }

  /** M. */
  int positions() {
    return tokens.length;
  }

  /** The decoder token at a position. */
  int token(int position) {
    return tokens[position];
  }

  /** The tokens of all positions, each once, ascending. Not to be changed. */
  int[] distinctTokens() {
    return distinct;
  }

  /** Where the token of a position stands in {@link #distinctTokens()}. */
  int distinctIndex(int position) {
    return distinctIndexes[position];
  }

  /** Where a token stands in {@link #distinctTokens()}, negative if it does not. */
  int distinctIndexOf(int token) {
    return Arrays.binarySearch(distinct, token);
  }

  /** The probability that a supporting span ends at a position. */
  double endProbability(int position) {
    return ends[position];
  }

  /**
   * Where the token stands that follows a copied one, −1 if none does: the copied one ends its
   * neighbour, or its neighbour is not of this entry.
   */
  int after(CopiedFrom copied) {
    int next = copied.token() + 1;
    for (int k = 0; k < firsts.length; k++) {
      if (neighbours.get(k).text() == copied.text()) {
        return next < copied.text().tokens().length() ? firsts[k] + next : -1;
      }
    }
    return -1;
  }

  NeighbourText text(int position) {
    return neighbours.get(owners[position]).text();
  }

  /** Which token of its neighbour stands at a position. */
  int tokenInNeighbour(int position) {
    return position - firsts[owners[position]];
  }

  @Override
  public void close() {
    if (memory != null) {
      memory.close();
    }
  }
}
