package io.retort.generator;

import io.retort.data.TextSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Cuts an answer into sentences while it grows. An end is only told once the text after it proves
 * it, so what was told never changes. White space between two sentences belongs to the later one.
 */
final class Sentences {
  private static final String TERMINATORS = ".!?…";
  private static final String WIDE_TERMINATORS = "。！？";
  private static final String CLOSERS = "\"'”’»)]";

  /** After these a full stop is part of the word, and a capital letter may follow. */
  private static final Set<String> ABBREVIATIONS =
      Set.of(
          "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "gen", "col", "capt", "lt",
          "sgt", "rev", "hon", "gov", "sen", "rep", "pres", "no", "vol", "fig", "ca", "cf", "e.g",
          "i.e", "approx", "mt", "ft");

  private Sentences() {}

  /**
   * The end, exclusive, of the sentence that begins at {@code from} or after the white space there;
   * −1 while that is not certain. Both are UTF-16 indexes.
   */
  static int end(CharSequence text, int from) {
    int start = from;
    while (start < text.length() && Words.isSpace(text.charAt(start))) {
      start++;
    }
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
        return i;
      }
      boolean wide = WIDE_TERMINATORS.indexOf(c) >= 0;
      if (!wide && TERMINATORS.indexOf(c) < 0) {
        continue;
      }
      int end = i + 1;
      while (end < text.length() && isOneOf(TERMINATORS + WIDE_TERMINATORS + CLOSERS, text, end)) {
        end++;
      }
      int next = end;
      while (next < text.length() && Words.isSpace(text.charAt(next))) {
        next++;
      }
      if (next == text.length()) {
        return -1; // what follows may still go on with the sentence
      }
      if (wide || (next > end && begins(text, next) && !insideWord(text, start, i, end))) {
        return end;
      }
      i = end - 1;
    }
    return -1;
  }

  private static boolean isOneOf(String set, CharSequence text, int i) {
    return set.indexOf(text.charAt(i)) >= 0;
  }

  private static boolean begins(CharSequence text, int next) {
    return !Character.isLowerCase(Character.codePointAt(text, next));
  }

  /** Whether the full stop at {@code i} ends an abbreviation, an initial or a list number. */
  private static boolean insideWord(CharSequence text, int start, int i, int end) {
    if (text.charAt(i) != '.' || end > i + 1) {
      return false;
    }
    int first = i;
    while (first > start && !Words.isSpace(text.charAt(first - 1))) {
      first--;
    }
    String word = text.subSequence(first, i).toString().replaceFirst("^[\"'“‘«(\\[]+", "");
    boolean initial = word.length() == 1 && Character.isUpperCase(word.charAt(0));
    boolean number = first == start && word.chars().allMatch(Character::isDigit);
    return initial || number || ABBREVIATIONS.contains(word.toLowerCase(Locale.ROOT));
  }

  /** The sentences of a finished text as spans of code points, without white space around them. */
  static List<TextSpan> of(String text) {
    List<TextSpan> sentences = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int end = end(text, from);
      int to = end < 0 ? text.length() : end;
      String sentence = text.substring(from, to);
      if (!sentence.isBlank()) {
        int leading = sentence.length() - sentence.stripLeading().length();
        int start = text.codePointCount(0, from + leading);
        String visible = sentence.strip();
        sentences.add(new TextSpan(start, start + visible.codePointCount(0, visible.length())));
      }
      from = to;
    }
    return sentences;
  }
}
