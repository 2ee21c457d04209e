package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextSpan;

/**
 * A heading and the code points of the extracted text that are its words.
 *
 * @param level 1 for the most important, as in HTML
 */
public record HeadingSpan(int level, TextSpan span) {
  public HeadingSpan {
    requireNonNull(span, "span");
    if (level < 1) {
      throw new IllegalArgumentException("a heading's level counts from 1: " + level);
    }
  }
}
