package io.retort.generator;

/**
 * Departures for measuring what the parts of the model do; never for users.
 *
 * @param copyHead false forces the copy gate to 0, so that only cross-attention carries neighbours
 * @param closedBook true answers also without neighbours, as the base model would
 * @param drafts false decodes token by token; the answer is the same
 */
public record Diagnostics(boolean copyHead, boolean closedBook, boolean drafts) {
  public static final Diagnostics NONE = new Diagnostics(true, false, true);
}
