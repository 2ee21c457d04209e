package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextSpan;

/**
 * One page and the code points of the extracted text that stand on it.
 *
 * @param number counted from 1
 */
public record PageSpan(int number, TextSpan span) {
  public PageSpan {
    requireNonNull(span, "span");
    if (number < 1) {
      throw new IllegalArgumentException("pages count from 1: " + number);
    }
  }
}
