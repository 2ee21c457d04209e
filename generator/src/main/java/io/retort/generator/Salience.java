package io.retort.generator;

import java.util.List;

/**
 * The reader's span distributions over all neighbours of one retrieval: log-probabilities that a
 * supporting span starts at a position, or that one ended just before it. M positions, the
 * neighbours side by side; "no span" is one more outcome, with raw score 0.
 */
final class Salience {
  /** Log-probabilities are cut off below this; also what ended before a neighbour's first token. */
  static final float FLOOR = -12;

  private final float[] values; // [M, 2]: start, previous end
  private final double[] ends; // [M] probabilities
  private final double relevance;

  private Salience(float[] values, double[] ends, double relevance) {
    this.values = values;
    this.ends = ends;
    this.relevance = relevance;
  }

  static Salience of(List<? extends RetroModel.Slab> slabs) {
    double starts = normaliser(slabs, true);
    double ends = normaliser(slabs, false);
    int positions = slabs.stream().mapToInt(RetroModel.Slab::length).sum();
    float[] values = new float[positions * 2];
    double[] probabilities = new double[positions];
    int m = 0;
    for (RetroModel.Slab slab : slabs) {
      for (int j = 0; j < slab.length(); j++) {
        values[2 * m] = clamp(slab.startScore(j) - starts);
        values[2 * m + 1] = j == 0 ? FLOOR : clamp(slab.endScore(j - 1) - ends);
        probabilities[m++] = Math.exp(slab.endScore(j) - ends);
      }
    }
    return new Salience(values, probabilities, 1 - Math.exp(-starts));
  }

  /** log(1 + Σ exp(score)) over all positions, without overflow. */
  private static double normaliser(List<? extends RetroModel.Slab> slabs, boolean starts) {
    double highest = 0;
    for (RetroModel.Slab slab : slabs) {
      for (int j = 0; j < slab.length(); j++) {
        highest = Math.max(highest, starts ? slab.startScore(j) : slab.endScore(j));
      }
    }
    double sum = Math.exp(-highest);
    for (RetroModel.Slab slab : slabs) {
      for (int j = 0; j < slab.length(); j++) {
        sum += Math.exp((starts ? slab.startScore(j) : slab.endScore(j)) - highest);
      }
    }
    return highest + Math.log(sum);
  }

  private static float clamp(double logProbability) {
    return Math.max(FLOOR, (float) logProbability);
  }

  /** Start and previous end a position, [M, 2]. */
  float[] values() {
    return values;
  }

  /** For each position the probability that a supporting span ends there, [M]. */
  double[] ends() {
    return ends;
  }

  /** 0..1, one minus the probability that no span of any neighbour answers the question. */
  double relevance() {
    return relevance;
  }
}
