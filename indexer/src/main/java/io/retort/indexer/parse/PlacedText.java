package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of text with the boxes of its glyphs, as one frame: the number of its code points, for
 * each a byte that says whether there is a box and how it lies, then the box, and last the text.
 *
 * @param boxes one for each code point of {@code text}
 */
record PlacedText(String text, List<@Nullable GlyphBox> boxes) {
  private static final int NONE = 0;
  private static final int HORIZONTAL = 1;
  private static final int VERTICAL = 2;

  /** What a code point takes at most, its UTF-8 included. */
  static final int LONGEST = 1 + 4 * Integer.BYTES + 4;

  /** So many code points fit into a frame. */
  static final int MOST = (FrameType.LONGEST_PAYLOAD - Integer.BYTES) / LONGEST;

  byte[] toBytes() {
    byte[] utf8 = text.getBytes(UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(Integer.BYTES + boxes.size() * (LONGEST - 4) + utf8.length)
            .putInt(boxes.size());
    for (GlyphBox box : boxes) {
      if (box == null) {
        out.put((byte) NONE);
      } else {
        out.put((byte) (box.vertical() ? VERTICAL : HORIZONTAL));
        out.putInt(box.left()).putInt(box.top()).putInt(box.right()).putInt(box.bottom());
      }
    }
    out.put(utf8);
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }

  /**
   * What {@link #toBytes()} gave.
   *
   * @throws IOException if it is something else
   */
  static PlacedText of(byte[] bytes) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      int count = in.getInt();
      if (count < 0 || count > MOST) {
        throw new IOException(count + " code points in a frame");
      }
      var boxes = new ArrayList<@Nullable GlyphBox>(count);
      for (int i = 0; i < count; i++) {
        byte kind = in.get();
        switch (kind) {
          case NONE -> boxes.add(null);
          case HORIZONTAL, VERTICAL ->
              boxes.add(
                  new GlyphBox(
                      in.getInt(), in.getInt(), in.getInt(), in.getInt(), kind == VERTICAL));
          default -> throw new IOException("no box is of kind " + kind);
        }
      }
      var text = new String(bytes, in.position(), in.remaining(), UTF_8);
      if (text.codePointCount(0, text.length()) != count) {
        throw new IOException("%d boxes for another number of code points".formatted(count));
      }
      return new PlacedText(text, boxes);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException("not a placed text", e);
    }
  }
}
