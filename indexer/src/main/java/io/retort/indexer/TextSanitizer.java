package io.retort.indexer;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes text as it was decoded and gives the text that offsets count in. Every line end of Unicode
 * becomes {@code \n}; control characters but the tab, tag characters and bidirectional embeddings,
 * overrides and isolates go; a lone surrogate becomes U+FFFD. Nothing else is touched: a quote is
 * what the author wrote. Text may come in pieces that are cut anywhere.
 */
public final class TextSanitizer {
  /** So many characters without width in a row carry something that is not for the reader. */
  private static final int HIDDEN_RUN = 8;

  private static final char REPLACEMENT = '\uFFFD';

  private final int limit;
  private final StringBuilder text = new StringBuilder();
  private int length;
  private int visible;
  private int zeroWidthRun;
  private char pendingHigh;
  private boolean afterReturn;
  private boolean full;
  private boolean replaced;
  private boolean removed;
  private boolean hidden;

  /**
   * @param limit code points that are kept at most
   */
  public TextSanitizer(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1: " + limit);
    }
    this.limit = limit;
  }

  /** The whole of one text, sanitised. */
  public static String sanitize(String raw) {
    var sanitizer = new TextSanitizer(Integer.MAX_VALUE);
    sanitizer.append(raw);
    return sanitizer.text();
  }

  public void append(CharSequence raw) {
    for (int i = 0; i < raw.length() && !full; i++) {
      char c = raw.charAt(i);
      if (pendingHigh != 0) {
        char high = pendingHigh;
        pendingHigh = 0;
        if (Character.isLowSurrogate(c)) {
          accept(Character.toCodePoint(high, c));
          continue;
        }
        accept(lone());
      }
      if (Character.isHighSurrogate(c)) {
        pendingHigh = c;
      } else if (Character.isLowSurrogate(c)) {
        accept(lone());
      } else {
        accept(c);
      }
    }
  }

  private int lone() {
    replaced = true;
    return REPLACEMENT;
  }

  private void accept(int codePoint) {
    boolean secondOfPair = afterReturn && codePoint == '\n';
    afterReturn = codePoint == '\r';
    if (secondOfPair) {
      return;
    }
    int kept = isLineEnd(codePoint) ? '\n' : codePoint;
    if (isRemoved(kept)) {
      removed = true;
      return;
    }
    if (length == limit) {
      full = true;
      return;
    }
    text.appendCodePoint(kept);
    length++;
    if (kept == REPLACEMENT) {
      replaced = true;
    }
    if (isZeroWidth(kept)) {
      zeroWidthRun++;
      hidden |= zeroWidthRun >= HIDDEN_RUN;
    } else {
      zeroWidthRun = 0;
      if (!isBlank(kept)) {
        visible++;
      }
    }
  }

  /** Code points so far. */
  public int length() {
    return length;
  }

  /** Code points so far that leave a mark on paper. */
  public int visible() {
    return visible;
  }

  /** Whether text was turned away because the limit was reached. */
  public boolean full() {
    return full;
  }

  /** The text so far. */
  public String text() {
    if (pendingHigh != 0) {
      pendingHigh = 0;
      accept(lone());
    }
    return text.toString();
  }

  /** What happened to the text, in the words of {@link ParsedDocument}. */
  public List<String> warnings() {
    var warnings = new ArrayList<String>();
    if (replaced) {
      warnings.add(ParsedDocument.INVALID_BYTES_REPLACED);
    }
    if (removed) {
      warnings.add(ParsedDocument.INVISIBLE_CHARACTERS_REMOVED);
    }
    if (hidden) {
      warnings.add(ParsedDocument.HIDDEN_TEXT);
    }
    return warnings;
  }

  /** White space of any kind, the no-break space and its kin included. */
  static boolean isBlank(int codePoint) {
    return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
  }

  private static boolean isLineEnd(int codePoint) {
    return switch (codePoint) {
      case '\n', '\u000B', '\f', '\r', '\u0085', '\u2028', '\u2029' -> true;
      default -> false;
    };
  }

  private static boolean isRemoved(int codePoint) {
    if (codePoint == '\n' || codePoint == '\t') {
      return false;
    }
    return Character.isISOControl(codePoint)
        || (codePoint >= 0x202A && codePoint <= 0x202E)
        || (codePoint >= 0x2066 && codePoint <= 0x2069)
        || (codePoint >= 0xE0000 && codePoint <= 0xE007F);
  }

  private static boolean isZeroWidth(int codePoint) {
    return (codePoint >= 0x200B && codePoint <= 0x200F)
        || (codePoint >= 0x2060 && codePoint <= 0x2064)
        || (codePoint >= 0xFE00 && codePoint <= 0xFE0F)
        || (codePoint >= 0xE0100 && codePoint <= 0xE01EF)
        || codePoint == 0x00AD
        || codePoint == 0x034F
        || codePoint == 0x061C
        || codePoint == 0x115F
        || codePoint == 0x1160
        || codePoint == 0x180E
        || codePoint == 0x3164
        || codePoint == 0xFEFF
        || codePoint == 0xFFA0;
  }
}
