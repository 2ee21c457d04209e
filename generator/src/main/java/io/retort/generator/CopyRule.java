package io.retort.generator;

import io.retort.generator.Step.CopiedFrom;
import org.jspecify.annotations.Nullable;

/**
 * How the copy head enters the mixture. Its attention matches one token of context, so where a word
 * occurs twice it cannot tell which of them is being copied; the place after the one that the last
 * token came from is therefore favoured.
 *
 * @param head false forces the gate to 0
 * @param continuation what a place gains, in nats, if the whole of the last token was copied from
 *     the place before it in the same neighbour
 */
record CopyRule(boolean head, double continuation) {
  /** What each position gains, [M]; {@code before} is null at the first token. */
  double[] gains(AttendedNeighbours neighbours, @Nullable Step before) {
    double[] gains = new double[neighbours.positions()];
    if (before != null) {
      for (CopiedFrom from : before.copiedFrom()) {
        int next = neighbours.after(from);
        if (next >= 0) {
          gains[next] = continuation * from.share();
        }
      }
    }
    return gains;
  }
}
