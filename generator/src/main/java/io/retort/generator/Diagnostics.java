package io.retort.generator;

/**
 * Departures from the model for measuring what its parts do; never for users.
 *
 * @param copyHead false forces the copy gate to 0, so that only cross-attention carries neighbours
 * @param closedBook true answers also when there are no neighbours, as the base model would
 */
public record Diagnostics(boolean copyHead, boolean closedBook) {
  public static final Diagnostics NONE = new Diagnostics(true, false);
}
