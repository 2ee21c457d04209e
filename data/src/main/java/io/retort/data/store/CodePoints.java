package io.retort.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.data.TextSpan;

/** Code points of a text that is kept as UTF-8, without decoding more than is wanted. */
final class CodePoints {
  private CodePoints() {}

  /** The code points of {@code span}, which lies inside the text. */
  static String slice(byte[] utf8, TextSpan span) {
    int from = skip(utf8, 0, span.start());
    int to = skip(utf8, from, span.length());
    return new String(utf8, from, to - from, UTF_8);
  }

  /** The place of the code point that is {@code count} after the one at {@code from}. */
  private static int skip(byte[] utf8, int from, int count) {
    int place = from;
    for (int left = count; left > 0; left--) {
      if (place >= utf8.length) {
        throw new IndexOutOfBoundsException(
            "the text ends %d code points before the span does".formatted(left));
      }
      place++;
      while (place < utf8.length && (utf8[place] & 0xC0) == 0x80) {
        place++; // continuation bytes belong to the code point before them
      }
    }
    return place;
  }
}
