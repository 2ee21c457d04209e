package io.retort.data;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Where the code points of an extracted text stand on the pages that it was read from: for each the
 * box of its glyph, on a grid of a twentieth of a point. White space has no box; nor has what could
 * not be placed exactly.
 *
 * <p>As bytes it is {@code "RTP1"}, the number of pages, then for each page its number, the span
 * from its first code point with a box to its last, the size of its boxes and that of their
 * deflated form; then those forms, one after the other. Integers are big-endian. Boxes are
 * differences to the box before: one to three bytes each. A box takes two variable-length numbers
 * if it stands on the line of the last one, right behind it, and five if it does not; see {@link
 * Builder}.
 */
public final class TextPlaces {
  /** Steps of the grid in a point. */
  public static final int STEPS = 20;

  private static final int MAGIC = 0x52545031; // RTP1
  private static final int ENTRY = 5 * Integer.BYTES;

  /** No deflated byte stands for more. */
  private static final long MOST_FROM_ONE = 1_100;

  private record Page(int number, TextSpan span, int size, int from, int to) {}

  private final byte[] bytes;
  private final List<Page> pages;

  private TextPlaces(byte[] bytes, List<Page> pages) {
    this.bytes = bytes;
    this.pages = pages;
  }

  /**
   * What {@link #toBytes()} gave.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static TextPlaces of(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (in.getInt() != MAGIC) {
        throw new IllegalArgumentException("not the places of a text");
      }
      int count = in.getInt();
      if (count < 0 || count > in.remaining() / ENTRY) {
        throw new IllegalArgumentException("%d pages in %d bytes".formatted(count, bytes.length));
      }
      List<Page> pages = new ArrayList<>(count);
      int from = in.position() + count * ENTRY;
      for (int i = 0; i < count; i++) {
        int number = in.getInt();
        TextSpan span = new TextSpan(in.getInt(), in.getInt());
        int size = in.getInt();
        int length = in.getInt();
        if (length < 0 || size < 0 || size > length * MOST_FROM_ONE) {
          throw new IllegalArgumentException("%d bytes of %d".formatted(size, length));
        }
        int to = Math.addExact(from, length);
        pages.add(new Page(number, span, size, from, to));
        from = to;
      }
      if (from != bytes.length) {
        throw new IllegalArgumentException(
            "%d bytes of places, not %d".formatted(bytes.length, from));
      }
      return new TextPlaces(bytes.clone(), List.copyOf(pages));
    } catch (BufferUnderflowException | ArithmeticException e) {
      throw new IllegalArgumentException("the places of a text end too early", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextPlaces places && Arrays.equals(bytes, places.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  /**
   * Rectangles that cover exactly the code points of {@code span}: one for each run of glyphs that
   * stand beside each other on a line. Empty if one that can be seen has no box.
   *
   * @param text the code points of {@code span}
   */
  public List<PageRect> rects(TextSpan span, String text) {
    Boxes boxes = new Boxes(span);
    for (Page page : pages) {
      if (page.span().start() < span.end() && span.start() < page.span().end()) {
        decode(page, boxes);
      }
    }
    List<Run> runs = new ArrayList<>();
    int at = 0;
    for (int unit = 0; unit < text.length(); at++) {
      int codePoint = text.codePointAt(unit);
      unit += Character.charCount(codePoint);
      if (at >= span.length()) {
        throw new IllegalArgumentException("the text is longer than its span");
      }
      if (boxes.page[at] == 0) {
        if (isSeen(codePoint)) {
          return List.of();
        }
      } else if (runs.isEmpty() || !runs.getLast().takes(boxes, at)) {
        runs.add(new Run(boxes, at));
      }
    }
    return runs.stream().map(Run::rect).toList();
  }

  private static boolean isSeen(int codePoint) {
    return !Character.isWhitespace(codePoint)
        && !Character.isSpaceChar(codePoint)
        && switch (Character.getType(codePoint)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.NON_SPACING_MARK,
              Character.ENCLOSING_MARK ->
              false;
          default -> true;
        };
  }

  /** The boxes of a span; page 0 where there is none. */
  private static final class Boxes {
    private final TextSpan span;
    private final int[] page;
    private final int[] edges; // left, top, right, bottom of each
    private final boolean[] vertical;

    private Boxes(TextSpan span) {
      this.span = span;
      page = new int[span.length()];
      edges = new int[4 * span.length()];
      vertical = new boolean[span.length()];
    }

    private void put(int number, int codePoint, boolean upright, int[] line, int[] along) {
      int at = codePoint - span.start();
      if (at < 0 || at >= page.length) {
        return;
      }
      page[at] = number;
      vertical[at] = upright;
      int x = upright ? 1 : 0;
      edges[4 * at + x] = along[0];
      edges[4 * at + x + 2] = along[1];
      edges[4 * at + 1 - x] = line[0];
      edges[4 * at + 3 - x] = line[1];
    }
  }

  /** Glyphs beside each other on one line. */
  private static final class Run {
    private final int page;
    private final boolean vertical;
    private int left;
    private int top;
    private int right;
    private int bottom;

    private Run(Boxes boxes, int at) {
      page = boxes.page[at];
      vertical = boxes.vertical[at];
      left = boxes.edges[4 * at];
      top = boxes.edges[4 * at + 1];
      right = boxes.edges[4 * at + 2];
      bottom = boxes.edges[4 * at + 3];
    }

    /** Whether the glyph belongs to the run, which has grown by it if so. */
    private boolean takes(Boxes boxes, int at) {
      if (boxes.page[at] != page || boxes.vertical[at] != vertical) {
        return false;
      }
      int l = boxes.edges[4 * at];
      int t = boxes.edges[4 * at + 1];
      int r = boxes.edges[4 * at + 2];
      int b = boxes.edges[4 * at + 3];
      int gapX = Math.max(l - right, left - r);
      int gapY = Math.max(t - bottom, top - b);
      boolean beside =
          vertical
              ? onOneLine(left, right, l, r) && gapY <= right - left
              : onOneLine(top, bottom, t, b) && gapX <= bottom - top;
      if (beside) {
        left = Math.min(left, l);
        top = Math.min(top, t);
        right = Math.max(right, r);
        bottom = Math.max(bottom, b);
      }
      return beside;
    }

    private static boolean onOneLine(int from, int to, int otherFrom, int otherTo) {
      int shared = Math.min(to, otherTo) - Math.max(from, otherFrom);
      return 2 * shared >= Math.min(to - from, otherTo - otherFrom);
    }

    private PageRect rect() {
      return new PageRect(
          page, points(left), points(top), points(right - left), points(bottom - top));
    }

    private static double points(int steps) {
      return steps / (double) STEPS;
    }
  }

  private void decode(Page page, Boxes boxes) {
    var in = new Numbers(inflate(page));
    int[] line = new int[2];
    int[] along = new int[2];
    boolean upright = false;
    int codePoint = page.span().start() - 1;
    while (in.hasMore()) {
      int first = in.next();
      if ((first & 1) == 0) {
        codePoint++;
        along[0] = along[1] + Numbers.signed(first >>> 1);
      } else {
        codePoint += 1 + (first >>> 2);
        upright = (first & 2) != 0;
        line[0] += Numbers.signed(in.next());
        line[1] = line[0] + in.next();
        along[0] = along[1] + Numbers.signed(in.next());
      }
      along[1] = along[0] + in.next();
      boxes.put(page.number(), codePoint, upright, line, along);
    }
  }

  private byte[] inflate(Page page) {
    try (var inflater = new Inflater()) {
      inflater.setInput(bytes, page.from(), page.to() - page.from());
      byte[] plain = new byte[page.size()];
      int length = 0;
      while (length < plain.length) {
        int n = inflater.inflate(plain, length, plain.length - length);
        if (n == 0) {
          throw new IllegalArgumentException("page %d ends too early".formatted(page.number()));
        }
        length += n;
      }
      return plain;
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("page %d is damaged".formatted(page.number()), e);
    }
  }

  /** Numbers of seven bits a byte, the lowest first; the sign is the lowest bit of a signed one. */
  private static final class Numbers {
    private final byte[] plain;
    private int at;

    private Numbers(byte[] plain) {
      this.plain = plain;
    }

    private boolean hasMore() {
      return at < plain.length;
    }

    private int next() {
      int number = 0;
      for (int shift = 0; shift < Integer.SIZE; shift += 7) {
        if (at == plain.length) {
          throw new IllegalArgumentException("a page's places end inside a number");
        }
        int b = plain[at++];
        number |= (b & 0x7F) << shift;
        if (b >= 0) {
          return number;
        }
      }
      throw new IllegalArgumentException("a number is too long");
    }

    private static int signed(int number) {
      return (number >>> 1) ^ -(number & 1);
    }

    private static int unsigned(int number) {
      return (number << 1) ^ (number >> 31);
    }

    private static void write(int number, ByteArrayOutputStream out) {
      int rest = number;
      while ((rest & ~0x7F) != 0) {
        out.write((rest & 0x7F) | 0x80);
        rest >>>= 7;
      }
      out.write(rest);
    }
  }

  /** Takes boxes in the order of the text. */
  public static final class Builder {
    private record Done(int number, TextSpan span, int size, int deflated) {}

    private final List<Done> done = new ArrayList<>();
    private final ByteArrayOutputStream plain = new ByteArrayOutputStream();
    private final ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    private final int[] line = new int[2];
    private int number;
    private int start;
    private int last;
    private int along;
    private boolean upright;

    /**
     * The box of one code point, in steps of the grid. Those of one page come together, and each
     * code point after the one before.
     *
     * @param vertical whether its line runs from top to bottom, or back
     */
    public void add(
        int page, int codePoint, int left, int top, int right, int bottom, boolean vertical) {
      if (right < left || bottom < top || page < 1) {
        throw new IllegalArgumentException(
            "no box: page %d, %d to %d, %d to %d".formatted(page, left, right, top, bottom));
      }
      if (page != number) {
        endPage();
        number = page;
        start = codePoint;
        last = codePoint - 1;
      } else if (codePoint <= last) {
        throw new IllegalArgumentException(
            "code point %d comes after %d".formatted(codePoint, last));
      }
      int from = vertical ? top : left;
      int to = vertical ? bottom : right;
      int lineFrom = vertical ? left : top;
      int lineTo = vertical ? right : bottom;
      int gap = codePoint - last - 1;
      boolean first = plain.size() == 0;
      if (!first
          && gap == 0
          && vertical == upright
          && line[0] == lineFrom
          && line[1] == lineTo
          && Math.abs(from - along) < 1 << 28) {
        Numbers.write(Numbers.unsigned(from - along) << 1, plain);
      } else {
        Numbers.write(gap << 2 | (vertical ? 2 : 0) | 1, plain);
        Numbers.write(Numbers.unsigned(lineFrom - line[0]), plain);
        Numbers.write(lineTo - lineFrom, plain);
        Numbers.write(Numbers.unsigned(from - along), plain);
      }
      Numbers.write(to - from, plain);
      line[0] = lineFrom;
      line[1] = lineTo;
      along = to;
      upright = vertical;
      last = codePoint;
    }

    private void endPage() {
      if (plain.size() > 0) {
        int before = deflated.size();
        deflate(plain.toByteArray());
        var span = new TextSpan(start, last + 1);
        done.add(new Done(number, span, plain.size(), deflated.size() - before));
        plain.reset();
      }
      line[0] = 0;
      line[1] = 0;
      along = 0;
      upright = false;
    }

    private void deflate(byte[] page) {
      try (var deflater = new Deflater()) {
        deflater.setInput(page);
        deflater.finish();
        byte[] piece = new byte[4_096];
        while (!deflater.finished()) {
          deflated.write(piece, 0, deflater.deflate(piece));
        }
      }
    }

    /** Whether there is a box at all. */
    public boolean isEmpty() {
      return done.isEmpty() && plain.size() == 0;
    }

    public TextPlaces build() {
      endPage();
      number = 0;
      ByteBuffer out =
          ByteBuffer.allocate(2 * Integer.BYTES + done.size() * ENTRY + deflated.size())
              .putInt(MAGIC)
              .putInt(done.size());
      for (Done page : done) {
        out.putInt(page.number()).putInt(page.span().start()).putInt(page.span().end());
        out.putInt(page.size()).putInt(page.deflated());
      }
      out.put(deflated.toByteArray());
      return TextPlaces.of(out.array());
    }
  }
}
