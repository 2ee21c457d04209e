package io.retort.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.Tokens;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts words as the decoder's tokenizer does, and words into tokens of at most four bytes, so that
 * a character can be part of two tokens, as in byte-level BPE.
 */
final class WordTokenizer implements DecoderTokenizer {
  private static final int BYTES = 4;

  private static final Pattern WORD =
      Pattern.compile(
          "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  @Override
  public Tokens encode(String text) {
    int[] starts = new int[text.length() * 4];
    int[] ends = new int[text.length() * 4];
    int tokens = 0;
    Matcher words = WORD.matcher(text);
    int point = 0;
    int unit = 0;
    while (words.find()) {
      point += text.codePointCount(unit, words.start());
      unit = words.end();
      int[] points = words.group().codePoints().toArray();
      int[] pointOfByte = new int[points.length * 4];
      int bytes = 0;
      for (int p = 0; p < points.length; p++) {
        int width = Character.toString(points[p]).getBytes(UTF_8).length;
        Arrays.fill(pointOfByte, bytes, bytes + width, point + p);
        bytes += width;
      }
      for (int b = 0; b < bytes; b += BYTES) {
        starts[tokens] = pointOfByte[b];
        ends[tokens] = pointOfByte[Math.min(bytes, b + BYTES) - 1] + 1;
        tokens++;
      }
      point += points.length;
    }
    return new Tokens(new int[tokens], Arrays.copyOf(starts, tokens), Arrays.copyOf(ends, tokens));
  }

  @Override
  public int[] encodeTemplate(String template) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String decode(int[] ids) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] bytes(int id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int specialId(String token) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int vocabulary() {
    return 1;
  }

  @Override
  public String sha256() {
    return "words";
  }

  @Override
  public void close() {}
}
