package io.retort.encoder;

import io.retort.data.TextSpan;
import java.util.Arrays;

/**
 * The tokens of one text: T ids and, for each, the run of code points of the text that it stands
 * for. Starts never decrease. Neighbouring tokens overlap where one character became several tokens
 * (an emoji in byte-level BPE). Immutable.
 */
public final class Tokens {
  private final int[] ids; // [T]
  private final int[] starts; // [T], code points
  private final int[] ends; // [T], code points, exclusive

  /** Copies the arrays, which are of one length. */
  public Tokens(int[] ids, int[] starts, int[] ends) {
    if (ids.length != starts.length || ids.length != ends.length) {
      throw new IllegalArgumentException(
          "ids, starts and ends differ in length: %d, %d, %d"
              .formatted(ids.length, starts.length, ends.length));
    }
    for (int t = 0; t < ids.length; t++) {
      if (starts[t] < 0 || ends[t] < starts[t] || (t > 0 && starts[t] < starts[t - 1])) {
        throw new IllegalArgumentException(
            "token %d covers [%d, %d)%s"
                .formatted(
                    t, starts[t], ends[t], t > 0 ? " after a start of " + starts[t - 1] : ""));
      }
    }
    this.ids = ids.clone();
    this.starts = starts.clone();
    this.ends = ends.clone();
  }

  public int length() {
    return ids.length;
  }

  public int id(int t) {
    return ids[t];
  }

  /** The first code point that token {@code t} covers. */
  public int start(int t) {
    return starts[t];
  }

  /** The code point after the last that token {@code t} covers. */
  public int end(int t) {
    return ends[t];
  }

  public TextSpan span(int t) {
    return new TextSpan(starts[t], ends[t]);
  }

  public int[] ids() {
    return ids.clone();
  }

  public int[] starts() {
    return starts.clone();
  }

  public int[] ends() {
    return ends.clone();
  }

  /** The first {@code length} tokens, or all of them if there are fewer. */
  public Tokens first(int length) {
    return length >= ids.length
        ? this
        : new Tokens(
            Arrays.copyOf(ids, length), Arrays.copyOf(starts, length), Arrays.copyOf(ends, length));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tokens t
        && Arrays.equals(ids, t.ids)
        && Arrays.equals(starts, t.starts)
        && Arrays.equals(ends, t.ends);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "Tokens" + Arrays.toString(ids);
  }
}
