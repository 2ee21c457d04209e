package io.retort.generator;

import io.retort.generator.Step.CopiedFrom;

/**
 * Guesses the next tokens while the model copies: what follows the copied place in its neighbour.
 * The decoder checks a draft in one call, which costs less than its tokens one by one; what the
 * model would not have said itself is thrown away, so the answer is the same (speculative decoding
 * with the memory as its draft model).
 */
record CopyDraft(int maxLength) {
  /** Below this copy share the model does not copy, and a draft would be wrong. */
  private static final double MIN_SHARE = 0.5;

  private static final int[] NOTHING = {};

  /**
   * The tokens that may come after {@code last}, at most {@code room} of them.
   *
   * @param room how many tokens can still be drafted
   */
  int[] after(Step last, int room) {
    if (last.copiedFrom().isEmpty() || last.copiedFrom().getFirst().share() < MIN_SHARE) {
      return NOTHING;
    }
    CopiedFrom from = last.copiedFrom().getFirst();
    int next = from.token() + 1;
    int length = Math.min(Math.min(maxLength, room), from.text().tokens().length() - next);
    int[] draft = new int[Math.max(0, length)];
    for (int i = 0; i < draft.length; i++) {
      draft[i] = from.text().tokens().id(next + i);
    }
    return draft;
  }
}
