package io.retort.indexer.parse;

import org.jspecify.annotations.Nullable;

/**
 * What can be said between this JVM and a forked parser. A frame is one byte, the ordinal here,
 * four bytes of length, and the payload. Both ends are of one build, so the codes may change.
 */
enum FrameType {
  /** To the parser: read this file, see {@link ParseRequest}. */
  PARSE('p'),
  /** The parser listens. */
  READY('r'),
  /** The media type that the content has. */
  MEDIA_TYPE('m'),
  /** A piece of text, UTF-8, cut between code points. */
  TEXT('t'),
  /** A piece of text with boxes, see {@link PlacedText}. */
  PLACED('x'),
  /** A heading begins; one byte: its level. */
  HEADING('h'),
  HEADING_END('H'),
  /** A page begins; four bytes: its number. */
  PAGE('g'),
  PAGE_END('G'),
  /** The title that the file gives itself. */
  TITLE('n'),
  /** A warning's code. */
  WARNING('w'),
  /** There are pictures, which may hold text. */
  PICTURES('i'),
  /** Nothing but a sign of life. */
  ALIVE('a'),
  /** The file is done, see {@link Verdict}. */
  END('e');

  /** No payload is longer. */
  static final int LONGEST_PAYLOAD = 1 << 17;

  private final byte code;

  FrameType(char code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }

  /** Null for a byte that no type has. */
  static @Nullable FrameType of(int code) {
    for (FrameType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }
}
