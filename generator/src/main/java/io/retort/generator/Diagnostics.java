package io.retort.generator;

/**
 * Departures for measuring what the parts of the model do; never for users.
 *
 * @param copyHead false forces the copy gate to 0, so that only cross-attention carries neighbours
 * @param closedBook true answers also without neighbours, as the base model would
 */
public record Diagnostics(boolean copyHead, boolean closedBook) {
  public static final Diagnostics NONE = new Diagnostics(true, false);
}
