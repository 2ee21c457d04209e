package io.retort.generator;

import io.retort.generator.Step.CopiedFrom;

/**
 * Guesses the next tokens while the model copies: what follows the copied place in its neighbour,
 * up to where the reader sees the supporting span end. The decoder checks a draft in one call,
 * which costs less than its tokens one by one, and what the model would not have said itself is
 * thrown away: speculative decoding with the memory as its draft model.
 *
 * <p>There is a guess in every step, if only that the answer ends. A call of one row takes other
 * kernels than a call of several, whose last digits differ; as long as every step has several rows,
 * the answer does not depend on what was guessed.
 *
 * @param maxLength tokens of a draft at most, at least 1
 * @param endToken the guess where nothing is copied
 */
record CopyDraft(int maxLength, int endToken) {
  /** Below this copy share the model does not copy, and a longer draft would be wrong. */
  private static final double MIN_SHARE = 0.5;

  /** From this probability on that a span ends at a token, nothing is drafted beyond it. */
  private static final double SPAN_ENDS = 0.2;

  /**
   * The tokens that may come after {@code last}.
   *
   * @param room how many tokens can still be drafted
   */
  int[] after(Step last, AttendedNeighbours neighbours, int room) {
    if (room == 0) {
      return new int[0];
    }
    int[] copied = copied(last, neighbours, Math.min(maxLength, room));
    return copied.length == 0 ? new int[] {endToken} : copied;
  }

  private static int[] copied(Step last, AttendedNeighbours neighbours, int longest) {
    if (last.copiedFrom().isEmpty() || last.copiedFrom().getFirst().share() < MIN_SHARE) {
      return new int[0];
    }
    CopiedFrom from = last.copiedFrom().getFirst();
    int next = neighbours.after(from);
    if (next < 0) {
      return new int[0];
    }
    int left = from.text().tokens().length() - 1 - from.token();
    int length = 0;
    while (length < Math.min(longest, left)
        && neighbours.endProbability(next - 1 + length) < SPAN_ENDS) {
      length++;
    }
    int[] draft = new int[length];
    for (int i = 0; i < length; i++) {
      draft[i] = neighbours.token(next + i);
    }
    return draft;
  }
}
