package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextSpan;
import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a text into RETRO's chunks: runs of at most {@code m} decoder tokens that tile the text and
 * prefer to end where a thought ends. Safe for use by many threads.
 *
 * <p>The rule, which training repeats for its own texts. A cut stands before a token. From the
 * chunk's first token look at the next m; a cut leaves at least m/4 tokens behind it wherever that
 * is possible. In this order:
 *
 * <ol>
 *   <li>the first heading starts a new chunk, and no cut parts a heading from what follows it;
 *   <li>if the rest of the text fits, it is one chunk;
 *   <li>the last blank line that leaves at least 3m/4 tokens;
 *   <li>the last sentence end (see {@link SentenceEnds}) or blank line;
 *   <li>the last line end;
 *   <li>the last white space, however few tokens it leaves;
 *   <li>m tokens, or a few less so as not to cut a character or what is drawn over it.
 * </ol>
 *
 * <p>White space belongs to the token after it, so a cut stands before the white space and a chunk
 * starts with it. Texts without line ends are cut exactly as by the rule "last sentence end, else
 * last white space, else m tokens".
 */
public final class Chunker implements TextCutter {
  /** To be raised with every change of the rule above. */
  private static final int RULE = 1;

  /** The tokenizer sees pieces of about so many code points, which bounds its native memory. */
  private static final int PIECE = 16_384;

  private final DecoderTokenizer tokenizer;
  private final int chunkLength;

  /**
   * The tokenizer stays its opener's.
   *
   * @param chunkLength RETRO's m
   */
  public Chunker(DecoderTokenizer tokenizer, int chunkLength) {
    this.tokenizer = requireNonNull(tokenizer, "tokenizer");
    if (chunkLength < 8) {
      throw new IllegalArgumentException("chunkLength must be at least 8: " + chunkLength);
    }
    this.chunkLength = chunkLength;
  }

  /** Names m, the tokenizer and the rule together; equal means equal chunks of equal texts. */
  @Override
  public String fingerprint() {
    return "m=%d;tokenizer=%s;rule=%d".formatted(chunkLength, tokenizer.sha256(), RULE);
  }

  @Override
  public List<ChunkDraft> chunk(ParsedDocument document) {
    return chunk(document.text(), document.headings(), document.pages());
  }

  /** The chunks of a text, in order; joined they are the text. None for an empty text. */
  public List<ChunkDraft> chunk(String text, List<HeadingSpan> headings, List<PageSpan> pages) {
    var cuts = new Cuts(text, headings);
    int[] pageStarts = pages.stream().mapToInt(page -> page.span().start()).toArray();
    var chunks = new ArrayList<ChunkDraft>();
    int first = 0;
    while (first < cuts.tokens) {
      int next = cuts.next(first);
      int start = first == 0 ? 0 : cuts.starts[first];
      int end = next == cuts.tokens ? cuts.text.length : cuts.starts[next];
      int visible = cuts.visibleFrom(start);
      int heading = last(cuts.headingStarts, visible);
      int page = last(pageStarts, visible);
      chunks.add(
          new ChunkDraft(
              chunks.size(),
              new TextSpan(start, end),
              heading < 0 ? "" : cuts.words(headings.get(heading).span()),
              page < 0 ? null : pages.get(page).number()));
      first = next;
    }
    return List.copyOf(chunks);
  }

  /** The index of the last of the ascending values that is not above {@code limit}, or -1. */
  private static int last(int[] ascending, int limit) {
    int at = Arrays.binarySearch(ascending, limit + 1);
    return (at < 0 ? -at - 1 : at) - 1;
  }

  /** One text under the knife: T tokens over its code points. */
  private final class Cuts {
    private final int[] text; // code points
    private final int[] headingStarts;
    private final int[] headingEnds;
    private int tokens;
    private int[] starts; // [T]
    private int[] ends; // [T]

    /** The token that holds the last visible character: no cut leaves white space alone. */
    private final int lastVisible;

    Cuts(String source, List<HeadingSpan> headings) {
      text = source.codePoints().toArray();
      headingStarts = headings.stream().mapToInt(h -> h.span().start()).toArray();
      headingEnds = headings.stream().mapToInt(h -> h.span().end()).sorted().toArray();
      starts = new int[Math.max(16, text.length / 3)];
      ends = new int[starts.length];
      int from = 0;
      while (from < text.length) {
        int to = pieceEnd(from);
        add(from, tokenizer.encode(new String(text, from, to - from)));
        from = to;
      }
      int last = tokens - 1;
      while (last > 0 && blank(starts[last], ends[last])) {
        last--;
      }
      lastVisible = last;
    }

    String words(TextSpan span) {
      return new String(text, span.start(), span.length()).strip();
    }

    private void add(int offset, Tokens piece) {
      if (tokens + piece.length() > starts.length) {
        int room = Math.max(tokens + piece.length(), starts.length + (starts.length >> 1));
        starts = Arrays.copyOf(starts, room);
        ends = Arrays.copyOf(ends, room);
      }
      for (int t = 0; t < piece.length(); t++) {
        starts[tokens] = offset + piece.start(t);
        ends[tokens] = offset + piece.end(t);
        tokens++;
      }
    }

    /**
     * Where the tokenizer's next piece ends. No token and no look-ahead of the tokenizer reaches
     * over the start of white space, so cutting there does not change the tokens.
     */
    private int pieceEnd(int from) {
      int end = Math.min(from + PIECE, text.length);
      if (end == text.length) {
        return end;
      }
      for (int at = end; at > from + PIECE / 2; at--) {
        if (TextSanitizer.isBlank(text[at]) && !TextSanitizer.isBlank(text[at - 1])) {
          return at;
        }
      }
      return end;
    }

    /** The first token of the chunk after the one that starts at token {@code first}. */
    int next(int first) {
      int cut = choose(first, Math.min(first + chunkLength, tokens));
      // Between words a chunk alone has the tokens that it has in the text; inside a word the
      // tokenizer may see it differently.
      while (!(wordStarts(first) && wordStarts(cut)) && lengthAlone(first, cut) > chunkLength) {
        cut = hardCut(first, cut - 1);
      }
      return cut;
    }

    private int lengthAlone(int first, int cut) {
      int start = starts[first];
      int end = cut == tokens ? text.length : starts[cut];
      return tokenizer.encode(new String(text, start, end - start)).length();
    }

    private int choose(int first, int end) {
      int enough = first + chunkLength / 4;
      for (int i = enough; i < end; i++) {
        if (wordStarts(i) && startsHeading(starts[i])) {
          return i;
        }
      }
      if (end == tokens) {
        return end;
      }
      int plenty = first + 3 * chunkLength / 4;
      int sentence = 0;
      int line = 0;
      int word = 0;
      int highest = lastVisible > first ? Math.min(end, lastVisible) : end;
      for (int i = highest; i > first; i--) {
        if (i < enough && word != 0) {
          break;
        }
        if (i < plenty && sentence != 0) {
          break;
        }
        if (!wordStarts(i)) {
          if (sentence == 0 && i >= enough && endsWithoutSpace(i)) {
            sentence = i;
          }
          continue;
        }
        word = word == 0 ? i : word;
        if (i < enough || endsHeading(starts[i])) {
          continue;
        }
        int lineEnds = lineEndsFrom(starts[i]);
        if (lineEnds > 1) {
          if (i >= plenty) {
            return i;
          }
          sentence = sentence == 0 ? i : sentence;
        } else if (sentence == 0 && SentenceEnds.at(text, starts[i])) {
          sentence = i;
        } else if (lineEnds == 1 && line == 0) {
          line = i;
        }
      }
      if (sentence != 0) {
        return sentence;
      }
      if (line != 0) {
        return line;
      }
      return word != 0 ? word : hardCut(first, end);
    }

    /** Whether white space begins at token {@code i}: a place where words part. */
    private boolean wordStarts(int i) {
      if (i == 0 || i == tokens) {
        return true;
      }
      return TextSanitizer.isBlank(text[starts[i]]) && !blank(starts[i - 1], ends[i - 1]);
    }

    private boolean endsWithoutSpace(int i) {
      return separate(i) && SentenceEnds.isFullStopWithoutSpace(text[starts[i] - 1]);
    }

    /** Whether no character belongs to both token {@code i} and the one before. */
    private boolean separate(int i) {
      return starts[i] >= ends[i - 1];
    }

    private int hardCut(int first, int highest) {
      int whole = 0;
      for (int i = highest; i > first; i--) {
        if (separate(i)) {
          if (!joins(text[starts[i] - 1], text[starts[i]])) {
            return i;
          }
          whole = whole == 0 ? i : whole;
        }
      }
      if (whole == 0) {
        throw new IllegalStateException(
            "the tokenizer gives one character more than %d tokens".formatted(chunkLength));
      }
      return whole;
    }

    private boolean startsHeading(int position) {
      return Arrays.binarySearch(headingStarts, visibleFrom(position)) >= 0;
    }

    private boolean endsHeading(int position) {
      return Arrays.binarySearch(headingEnds, position) >= 0;
    }

    int visibleFrom(int position) {
      int at = position;
      while (at < text.length && TextSanitizer.isBlank(text[at])) {
        at++;
      }
      return at;
    }

    private int lineEndsFrom(int position) {
      int lines = 0;
      for (int at = position; at < text.length && TextSanitizer.isBlank(text[at]); at++) {
        lines += text[at] == '\n' ? 1 : 0;
      }
      return lines;
    }

    private boolean blank(int from, int to) {
      for (int at = from; at < to; at++) {
        if (!TextSanitizer.isBlank(text[at])) {
          return false;
        }
      }
      return true;
    }

    /** Whether two code points are drawn as one: marks, joiners, emoji modifiers. */
    private static boolean joins(int before, int after) {
      int type = Character.getType(after);
      return type == Character.NON_SPACING_MARK
          || type == Character.ENCLOSING_MARK
          || type == Character.COMBINING_SPACING_MARK
          || before == 0x200D
          || after == 0x200D
          || Character.isEmojiModifier(after);
    }
  }
}
