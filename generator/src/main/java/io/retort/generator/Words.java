package io.retort.generator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Where words begin and end, and when two texts say the same ones. Texts are code points. */
final class Words {
  private static final Set<String> ARTICLES = Set.of("a", "an", "the");
  private static final Set<String> FUNCTION_WORDS =
      Set.of(
          "of", "in", "on", "at", "to", "by", "for", "from", "with", "as", "and", "or", "but", "is",
          "are", "was", "were", "be", "been", "it", "its", "this", "that", "which", "not");

  private Words() {}

  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  /** Whether a cut before {@code text[i]} would go through a word. */
  static boolean cuts(int[] text, int i) {
    return i > 0
        && i < text.length
        && inWord(text, i - 1)
        && inWord(text, i)
        && !Character.isIdeographic(text[i - 1])
        && !Character.isIdeographic(text[i]);
  }

  /** Letters, digits and marks; also what stands between two of them in 1,000 and isn't. */
  private static boolean inWord(int[] text, int i) {
    if (isLetter(text[i])) {
      return true;
    }
    if (i == 0 || i == text.length - 1) {
      return false;
    }
    return switch (text[i]) {
      case '.', ',', ':', '/' -> Character.isDigit(text[i - 1]) && Character.isDigit(text[i + 1]);
      case '\'', '’' -> isLetter(text[i - 1]) && isLetter(text[i + 1]);
      default -> false;
    };
  }

  private static boolean isLetter(int c) {
    return Character.isLetterOrDigit(c)
        || switch (Character.getType(c)) {
          case Character.NON_SPACING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.ENCLOSING_MARK ->
              true;
          default -> false;
        };
  }

  /** What a quote may begin or end with: letters, digits, marks, and signs such as $, + and %. */
  static boolean isWordOrSymbol(int c) {
    return isLetter(c)
        || c == '%'
        || switch (Character.getType(c)) {
          case Character.CURRENCY_SYMBOL, Character.MATH_SYMBOL, Character.OTHER_SYMBOL -> true;
          default -> false;
        };
  }

  /** The words of a text without case, articles and punctuation. */
  static List<String> normalised(String text) {
    List<String> words = new ArrayList<>();
    int[] points = text.toLowerCase(Locale.ROOT).codePoints().toArray();
    int start = 0;
    for (int i = 1; i <= points.length; i++) {
      if (i == points.length || !cuts(points, i)) {
        String word = letters(points, start, i);
        if (!word.isEmpty() && !ARTICLES.contains(word)) {
          words.add(word);
        }
        start = i;
      }
    }
    return words;
  }

  private static String letters(int[] points, int from, int to) {
    var word = new StringBuilder();
    for (int i = from; i < to; i++) {
      if (isLetter(points[i])) {
        word.appendCodePoint(points[i]);
      }
    }
    return word.toString();
  }

  /** Whether the words of {@code part} stand in {@code whole}, in order and side by side. */
  static boolean stand(String part, String whole) {
    return Collections.indexOfSubList(normalised(whole), normalised(part)) >= 0;
  }

  /** Whether a text says anything: some word in it is more than grammar. */
  static boolean sayAnything(String text) {
    return normalised(text).stream().anyMatch(word -> !FUNCTION_WORDS.contains(word));
  }
}
