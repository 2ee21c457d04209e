package io.retort.generator;

/**
 * An answer scored again without some of its neighbours.
 *
 * @param logProbability of the answer's tokens with all neighbours, natural
 * @param maskedLogProbability of the same tokens with the named neighbours masked
 */
public record KnockOut(double logProbability, double maskedLogProbability) {
  /** How much the masked neighbours had carried, in nats. */
  public double nats() {
    return logProbability - maskedLogProbability;
  }
}
