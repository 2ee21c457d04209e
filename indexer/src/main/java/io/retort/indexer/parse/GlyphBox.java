package io.retort.indexer.parse;

import io.retort.data.TextPlaces;
import org.jspecify.annotations.Nullable;

/**
 * Where a glyph stands on its page as a reader sees it, cropped and turned: in twentieths of a
 * point from the page's top left.
 *
 * @param vertical whether its line runs from top to bottom, or back
 */
public record GlyphBox(int left, int top, int right, int bottom, boolean vertical) {
  /** Steps in a point. */
  public static final int STEPS = TextPlaces.STEPS;

  public GlyphBox {
    if (left < 0 || top < 0 || right < left || bottom < top) {
      throw new IllegalArgumentException(
          "no box: %d to %d, %d to %d".formatted(left, right, top, bottom));
    }
  }

  /** The box of both if they stand on one line, else null. */
  public @Nullable GlyphBox with(GlyphBox other) {
    int shared =
        vertical
            ? Math.min(right, other.right) - Math.max(left, other.left)
            : Math.min(bottom, other.bottom) - Math.max(top, other.top);
    if (other.vertical != vertical || shared <= 0) {
      return null;
    }
    return new GlyphBox(
        Math.min(left, other.left),
        Math.min(top, other.top),
        Math.max(right, other.right),
        Math.max(bottom, other.bottom),
        vertical);
  }
}
