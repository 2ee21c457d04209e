package io.retort.indexer.parse;

import java.io.ByteArrayOutputStream;
import java.lang.Character.UnicodeScript;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells charsets of one byte a character apart by what words look like in them: one script a word,
 * small letters after capitals and not before, no signs between letters. Collects the words with
 * letters beyond ASCII from a whole file, up to a bound.
 */
final class SingleByteCharset {
  private static final int ENOUGH = 1 << 16;
  private static final int LONGEST_WORD = 64;

  /** What is mostly bytes beyond ASCII, but so few different ones, is no text. */
  private static final int VARIETY = 6;

  private static final int SIGN_IN_WORD = 3;
  private static final int MIXED_SCRIPTS = 3;
  private static final int CAPITAL_INSIDE = 2;
  private static final int NO_CHARACTER = 10;
  private static final int ODD_SIGN = 1;

  /** The likelier first. */
  private static final List<Charset> CANDIDATES =
      charsets(
          "windows-1252",
          "windows-1251",
          "KOI8-R",
          "windows-1250",
          "ISO-8859-7",
          "windows-1255",
          "windows-1256",
          "IBM866",
          "ISO-8859-5");

  private final ByteArrayOutputStream words = new ByteArrayOutputStream();
  private final byte[] word = new byte[LONGEST_WORD];
  private final BitSet different = new BitSet();
  private int length;
  private int highInWord;
  private int high;

  private static List<Charset> charsets(String... names) {
    var found = new ArrayList<Charset>();
    for (String name : names) {
      if (Charset.isSupported(name)) {
        found.add(Charset.forName(name));
      }
    }
    return List.copyOf(found);
  }

  void add(int b) {
    if (words.size() >= ENOUGH) {
      return;
    }
    if (b > ' ' && length < LONGEST_WORD) {
      word[length++] = (byte) b;
      if (b >= 0x80) {
        highInWord++;
        different.set(b);
      }
      return;
    }
    endWord();
  }

  private void endWord() {
    if (highInWord > 0) {
      words.write(word, 0, length);
      words.write(' ');
      high += highInWord;
    }
    length = 0;
    highInWord = 0;
  }

  /**
   * The charset in which the words look best; a statistical finding wins if nothing looks better.
   *
   * @param dense whether the file is mostly bytes beyond ASCII
   */
  Optional<Charset> best(@Nullable Charset found, boolean dense) {
    endWord();
    if (dense && different.cardinality() < VARIETY) {
      return Optional.empty();
    }
    var candidates = new ArrayList<Charset>();
    if (found != null) {
      candidates.add(found);
    }
    candidates.addAll(CANDIDATES);
    Charset best = candidates.getFirst();
    int least = Integer.MAX_VALUE;
    for (Charset candidate : candidates) {
      int oddness = oddness(words.toString(candidate));
      if (oddness < least) {
        least = oddness;
        best = candidate;
      }
    }
    return least * 5 <= high ? Optional.of(best) : Optional.empty();
  }

  private static int oddness(String text) {
    int oddness = 0;
    int before = ' ';
    int letterBefore = 0;
    boolean signBetween = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\uFFFD' || (c >= 0x80 && c < 0xA0)) {
        oddness += NO_CHARACTER;
      } else if (Character.isLetter(c)) {
        if (letterBefore != 0) {
          if (signBetween) {
            oddness += SIGN_IN_WORD;
          } else if (UnicodeScript.of(c) != UnicodeScript.of(letterBefore)) {
            oddness += MIXED_SCRIPTS;
          } else if (Character.isLowerCase(letterBefore) && Character.isUpperCase(c)) {
            oddness += CAPITAL_INSIDE;
          }
        }
        letterBefore = c;
        signBetween = false;
      } else if (c < 0x80 || isPunctuation(c)) {
        letterBefore = 0;
        signBetween = false;
      } else if (Character.getType(c) != Character.NON_SPACING_MARK) {
        oddness += Character.isLetter(before) ? ODD_SIGN : 0;
        signBetween = letterBefore != 0;
      }
      before = c;
    }
    return oddness;
  }

  private static boolean isPunctuation(char c) {
    return switch (Character.getType(c)) {
      case Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION,
          Character.SPACE_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
