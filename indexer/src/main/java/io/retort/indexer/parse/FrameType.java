package io.retort.indexer.parse;

import org.jspecify.annotations.Nullable;

/**
 * What can be said between this JVM and a forked parser. A frame is one byte, the ordinal here,
 * four bytes of length, and the payload. Both ends are of one build, so the order may change.
 */
enum FrameType {
  /** To the parser: read this file, see {@link ParseRequest}. */
  PARSE,
  /** The parser listens. */
  READY,
  /** The media type that the content has. */
  MEDIA_TYPE,
  /** A piece of text, UTF-8, cut between code points. */
  TEXT,
  /** A heading begins; one byte: its level. */
  HEADING,
  HEADING_END,
  /** A page begins; four bytes: its number. */
  PAGE,
  PAGE_END,
  /** The title that the file gives itself. */
  TITLE,
  /** A warning's code. */
  WARNING,
  /** There are pictures, which may hold text. */
  PICTURES,
  /** Nothing but a sign of life. */
  ALIVE,
  /** The file is done, see {@link Verdict}. */
  END;

  /** No payload is longer. */
  static final int LONGEST_PAYLOAD = 1 << 17;

  private static final FrameType[] ALL = values();

  /** Null for a byte that no type has. */
  static @Nullable FrameType of(int code) {
    return code >= 0 && code < ALL.length ? ALL[code] : null;
  }
}
