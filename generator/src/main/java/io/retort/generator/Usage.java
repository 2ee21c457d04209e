package io.retort.generator;

/**
 * What an answer took.
 *
 * @param promptTokens does not depend on the neighbours
 * @param generatedTokens without the end token
 * @param neighbourTokens decoder tokens of all neighbours that were read
 * @param retrievals how often the source was asked
 */
public record Usage(int promptTokens, int generatedTokens, int neighbourTokens, int retrievals) {}
