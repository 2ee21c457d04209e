package io.retort.generator;

/**
 * What the models themselves say about an answer, before calibration turns it into a confidence.
 *
 * @param relevance 0..1, one minus the reader's probability that no neighbour answers the question
 * @param answerable 0..1, one minus the decoder's probability of the end token at the first step
 * @param meanLogProbability of the tokens, the first one given that there is an answer
 * @param lowestLogProbability of the same tokens
 */
public record ConfidenceEvidence(
    double relevance, double answerable, double meanLogProbability, double lowestLogProbability) {}
