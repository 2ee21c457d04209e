package io.retort.indexer.parse.pdf;

import java.text.Bidi;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which glyph each character of a written word comes from. The stripper takes ligatures and the
 * presentation forms of Arabic and Hebrew apart and puts what is read from right to left into the
 * order of reading; this does the same with the glyphs' numbers.
 */
final class WrittenWord {
  private WrittenWord() {}

  /**
   * For each character of {@code written} the number of its glyph; null if that is not certain.
   *
   * @param glyphs what each glyph says, in the order of the page
   */
  static int @Nullable [] glyphs(List<String> glyphs, String written) {
    var word = new StringBuilder();
    int[] numbers = new int[written.length()];
    for (int glyph = 0; glyph < glyphs.size(); glyph++) {
      String said = takenApart(glyphs.get(glyph));
      if (word.length() + said.length() > numbers.length) {
        return null;
      }
      Arrays.fill(numbers, word.length(), word.length() + said.length(), glyph);
      word.append(said);
    }
    if (word.length() < numbers.length) {
      return null;
    }
    return word.compareTo(new StringBuilder(written)) == 0
        ? numbers
        : reordered(word.toString(), numbers, written);
  }

  private static String takenApart(String said) {
    if (said.chars().noneMatch(WrittenWord::isPresentationForm)) {
      return said;
    }
    var apart = new StringBuilder();
    for (int i = 0; i < said.length(); i++) {
      char c = said.charAt(i);
      if (!isPresentationForm(c)) {
        apart.append(c);
        continue;
      }
      var letters =
          new StringBuilder(Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC).trim());
      apart.append(c >= 0xFB1D ? letters.reverse() : letters);
    }
    return apart.toString();
  }

  private static boolean isPresentationForm(int c) {
    return (c >= 0xFB00 && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFF);
  }

  private static int @Nullable [] reordered(String word, int[] numbers, String written) {
    var bidi = new Bidi(word, Bidi.DIRECTION_DEFAULT_LEFT_TO_RIGHT);
    int runs = bidi.getRunCount();
    byte[] levels = new byte[runs];
    Integer[] order = new Integer[runs];
    for (int run = 0; run < runs; run++) {
      levels[run] = (byte) bidi.getRunLevel(run);
      order[run] = run;
    }
    Bidi.reorderVisually(levels, 0, order, 0, runs);
    int[] result = new int[numbers.length];
    int at = 0;
    for (int run : order) {
      int start = bidi.getRunStart(run);
      int end = bidi.getRunLimit(run);
      boolean backwards = (bidi.getRunLevel(run) & 1) != 0;
      for (int i = 0; i < end - start; i++) {
        int from = backwards ? end - 1 - i : start + i;
        char c = word.charAt(from);
        if (c != written.charAt(at) && !Character.isMirrored(c)) {
          return null;
        }
        result[at++] = numbers[from];
      }
    }
    return result;
  }
}
