package io.retort.generator;

import io.retort.encoder.Tokens;
import io.retort.encoder.WordPieceTokenizer;
import java.util.Arrays;

/**
 * One neighbour as its encoder reads it: {@code [CLS] style question [SEP] title. neighbour [SEP]},
 * S word pieces, and for each of the R decoder tokens of the neighbour the piece whose state it
 * takes. Immutable.
 */
public final class ReaderInput {
  /** Lengths that training and serving agree on, in word pieces. */
  static final int MAX_QUESTION = 48;

  static final int MAX_TITLE = 24;
  private static final int MAX_PIECES = 512;

  private final int[] pieces; // [S]
  private final int asking; // pieces of segment 0: [CLS] style question [SEP]
  private final int[] map; // [R]
  private final int[] tokens; // [R]

  private ReaderInput(int[] pieces, int asking, int[] map, int[] tokens) {
    this.pieces = pieces;
    this.asking = asking;
    this.map = map;
    this.tokens = tokens;
  }

  /**
   * Joins the parts.
   *
   * @param asked the word pieces of style and question, see {@link #asked}
   * @param text the neighbour's code points, which {@code tokens}, the decoder's, count in
   */
  static ReaderInput of(
      WordPieceTokenizer wordPieces, int[] asked, String title, int[] text, Tokens tokens) {
    int[] named = title.isBlank() ? new int[0] : head(wordPieces, title + ".", MAX_TITLE);
    Tokens words = wordPieces.encode(new String(text, 0, text.length));
    int first = asked.length + 2 + named.length;
    words = words.first(MAX_PIECES - 1 - first);
    int[] pieces = new int[first + words.length() + 1];
    pieces[0] = wordPieces.clsId();
    System.arraycopy(asked, 0, pieces, 1, asked.length);
    pieces[asked.length + 1] = wordPieces.sepId();
    System.arraycopy(named, 0, pieces, asked.length + 2, named.length);
    System.arraycopy(words.ids(), 0, pieces, first, words.length());
    pieces[pieces.length - 1] = wordPieces.sepId();
    int[] map = map(text, tokens, words);
    for (int j = 0; j < map.length; j++) {
      map[j] += first;
    }
    return new ReaderInput(pieces, asked.length + 2, map, tokens.ids());
  }

  /** The word pieces that ask: the words of the style before those of the question. */
  static int[] asked(WordPieceTokenizer wordPieces, String style, String question) {
    int[] before = wordPieces.encode(style).ids();
    int[] after = head(wordPieces, question, MAX_QUESTION);
    int[] asked = Arrays.copyOf(before, before.length + after.length);
    System.arraycopy(after, 0, asked, before.length, after.length);
    return asked;
  }

  private static int[] head(WordPieceTokenizer wordPieces, String text, int length) {
    return wordPieces.encode(text).first(length).ids();
  }

  /**
   * For each decoder token the word piece that covers its first visible character; for white space
   * alone, or a character that no piece covers, the next piece, at the end the last.
   */
  static int[] map(int[] text, Tokens tokens, Tokens words) {
    int[] map = new int[tokens.length()];
    int w = 0;
    int visible = 0;
    for (int j = 0; j < map.length; j++) {
      visible = Math.max(visible, tokens.start(j)); // starts never decrease
      while (visible < text.length - 1 && Words.isSpace(text[visible])) {
        visible++;
      }
      while (w < words.length() - 1 && words.end(w) <= visible) {
        w++;
      }
      map[j] = w;
    }
    return map;
  }

  /** Word pieces, [S]. */
  public int[] pieces() {
    return pieces.clone();
  }

  /** How many of the pieces, from the first, are the asking segment. */
  public int asking() {
    return asking;
  }

  /** For each decoder token an index into the pieces, [R]. */
  public int[] map() {
    return map.clone();
  }

  /** Decoder tokens, [R]. */
  public int[] tokens() {
    return tokens.clone();
  }
}
