package io.retort.indexer;

import java.util.Set;

/**
 * Where sentences end, by a rule small enough to be the same in two languages. White space after
 * {@code . ! ? …} ends a sentence, closing quotes and brackets between them allowed, unless a small
 * letter follows, or the full stop belongs to a known abbreviation or an initial.
 */
final class SentenceEnds {
  private static final Set<String> ABBREVIATIONS =
      Set.of(
          "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "etc", "no", "vol", "fig", "inc",
          "ltd", "co", "corp", "gen", "col", "sgt", "capt", "lt", "rev", "hon", "gov", "sen", "rep",
          "mt", "ft", "e.g", "i.e", "cf", "al", "ca", "approx", "dept", "est", "jan", "feb", "mar",
          "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "u.s", "u.k");

  /** How far back a word is looked at; longer ones are no abbreviation. */
  private static final int LOOK_BACK = 40;

  private static final int LOOK_AHEAD = 8;
  private static final String CLOSERS = "\"'”’»)]";
  private static final String OPENERS = "\"'“‘«([";

  private SentenceEnds() {}

  /** Whether the text before {@code position}, where white space begins, ends a sentence. */
  static boolean at(int[] text, int position) {
    int from = Math.max(0, position - LOOK_BACK);
    int end = position;
    while (end > from && TextSanitizer.isBlank(text[end - 1])) {
      end--;
    }
    while (end > from && CLOSERS.indexOf(text[end - 1]) >= 0) {
      end--;
    }
    if (end == from || ".!?…".indexOf(text[end - 1]) < 0) {
      return false;
    }
    int following = position;
    int ahead = Math.min(text.length, position + LOOK_AHEAD);
    while (following < ahead && TextSanitizer.isBlank(text[following])) {
      following++;
    }
    if (following < ahead && Character.isLowerCase(text[following])) {
      return false;
    }
    return text[end - 1] != '.' || !isAbbreviation(text, from, end - 1);
  }

  private static boolean isAbbreviation(int[] text, int from, int end) {
    int start = end;
    while (start > from && !TextSanitizer.isBlank(text[start - 1])) {
      start--;
    }
    while (start < end && OPENERS.indexOf(text[start]) >= 0) {
      start++;
    }
    if (end - start == 1 && Character.isUpperCase(text[start])) {
      return true;
    }
    var word = new StringBuilder();
    for (int at = start; at < end; at++) {
      word.appendCodePoint(Character.toLowerCase(text[at]));
    }
    return ABBREVIATIONS.contains(word.toString());
  }

  /** Full stops of scripts that put no space after a sentence. */
  static boolean isFullStopWithoutSpace(int codePoint) {
    return codePoint == '。' || codePoint == '！' || codePoint == '？';
  }
}
