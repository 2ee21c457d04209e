package io.retort.generator;

import io.retort.generator.Step.CopiedFrom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The next token's distribution after one row: P(w) = (1 − g) softmax(logits)(w) + g Σ_j a_j [tok_j
 * = w], with the copy head's attention a over the memory positions j, raised where copying goes on
 * ({@link CopyRule}), and its gate g. Valid as long as the row is.
 */
final class Mixture {
  /** exp of a logit this far below the largest cannot move the sum's sixth digit. */
  private static final float NEGLIGIBLE = 30;

  /** Places with less than this of a token's probability are not told. */
  private static final double FAINT = 0.001;

  private final DecoderRows rows;
  private final int row;
  private final AttendedNeighbours neighbours;
  private final double gate;
  private final double languageShift; // log P of the language-model part is logit + this
  private final double[] masses; // [M] what each place gives, g · a
  private final double[] copied; // by index into neighbours.distinctTokens()

  private Mixture(
      DecoderRows rows,
      int row,
      AttendedNeighbours neighbours,
      double gate,
      double[] gains,
      double logNormaliser) {
    this.rows = rows;
    this.row = row;
    this.neighbours = neighbours;
    this.gate = gate;
    this.languageShift = Math.log1p(-gate) - logNormaliser;
    this.masses = gate > 0 ? masses(gains) : new double[0];
    this.copied = new double[neighbours.distinctTokens().length];
    for (int m = 0; m < masses.length; m++) {
      copied[neighbours.distinctIndex(m)] += masses[m];
    }
  }

  private double[] masses(double[] gains) {
    double[] attention = new double[gains.length];
    double given = 0;
    double raised = 0;
    for (int m = 0; m < gains.length; m++) {
      double share = Math.exp(rows.copyLog(row, m));
      attention[m] = share * Math.exp(gains[m]);
      given += share;
      raised += attention[m];
    }
    if (!(given <= 1.001)) {
      throw new GenerationFailedException("the copy head gave no distribution: " + given);
    }
    for (int m = 0; m < gains.length; m++) {
      attention[m] *= gate * given / raised;
    }
    return attention;
  }

  /**
   * Mixes the two distributions of a row.
   *
   * @param before the token before, null at the first
   * @throws GenerationFailedException if the row holds what is not a number
   */
  static Mixture of(
      DecoderRows rows,
      int row,
      AttendedNeighbours neighbours,
      CopyRule copying,
      @Nullable Step before) {
    float highest = Float.NEGATIVE_INFINITY;
    float poison = 0;
    for (int w = 0; w < rows.vocabulary(); w++) {
      float logit = rows.logit(row, w);
      poison += logit * 0; // stays 0 unless some logit is infinite or no number
      highest = Math.max(highest, logit);
    }
    double gate = copying.head() && !neighbours.isEmpty() ? rows.gate(row) : 0;
    if (poison != 0 || !(gate >= 0 && gate <= 1)) {
      throw new GenerationFailedException("the decoder gave numbers that are none");
    }
    double sum = 0;
    for (int w = 0; w < rows.vocabulary(); w++) {
      float below = highest - rows.logit(row, w);
      if (below < NEGLIGIBLE) {
        sum += Math.exp(-below);
      }
    }
    double[] gains = copying.gains(neighbours, before);
    return new Mixture(rows, row, neighbours, gate, gains, highest + Math.log(sum));
  }

  double probability(int token) {
    int d = neighbours.distinctIndexOf(token);
    return language(token) + (d < 0 ? 0 : copied[d]);
  }

  private double language(int token) {
    return Math.exp(rows.logit(row, token) + languageShift);
  }

  /** The whole distribution, [V]. */
  double[] probabilities() {
    double[] probabilities = new double[rows.vocabulary()];
    for (int w = 0; w < probabilities.length; w++) {
      probabilities[w] = language(w);
    }
    for (int d = 0; d < copied.length; d++) {
      probabilities[neighbours.distinctTokens()[d]] += copied[d];
    }
    return probabilities;
  }

  /** The most probable token that is not barred, the smallest id of several that are equal. */
  int likeliest(BitSet barred) {
    int likeliest = -1;
    float highest = Float.NEGATIVE_INFINITY;
    for (int w = 0; w < rows.vocabulary(); w++) {
      if (rows.logit(row, w) > highest && !barred.get(w)) {
        highest = rows.logit(row, w);
        likeliest = w;
      }
    }
    if (likeliest < 0) {
      throw new IllegalStateException("every token is barred");
    }
    // Without copying the order is that of the logits, so only copied tokens can pass this one.
    double most = probability(likeliest);
    for (int d = 0; d < copied.length; d++) {
      int token = neighbours.distinctTokens()[d];
      double probability = language(token) + copied[d];
      boolean more = probability > most || (probability == most && token < likeliest);
      if (more && !barred.get(token)) {
        most = probability;
        likeliest = token;
      }
    }
    return likeliest;
  }

  /** What is to be kept of the choice of {@code token}. */
  Step step(int token) {
    double probability = probability(token);
    List<CopiedFrom> places = new ArrayList<>();
    double copyMass = 0;
    int d = neighbours.distinctIndexOf(token);
    if (d >= 0) {
      copyMass = copied[d];
      for (int m = 0; m < masses.length; m++) {
        double share = neighbours.token(m) == token ? masses[m] / probability : 0;
        if (share >= FAINT) {
          places.add(new CopiedFrom(neighbours.text(m), neighbours.tokenInNeighbour(m), share));
        }
      }
      places.sort(Comparator.comparingDouble(CopiedFrom::share).reversed());
    }
    double logProbability = Math.min(0, Math.log(probability));
    return new Step(token, logProbability, Math.min(1, copyMass / probability), places);
  }
}
