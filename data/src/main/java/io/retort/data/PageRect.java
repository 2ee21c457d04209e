package io.retort.data;

/**
 * A rectangle on a page as a reader sees it: cropped and turned.
 *
 * @param page counted from 1
 * @param x from the page's left edge to the rectangle's, in points
 * @param y from the page's top edge down to the rectangle's, in points
 */
public record PageRect(int page, double x, double y, double width, double height) {
  public PageRect {
    if (page < 1 || !(width >= 0) || !(height >= 0)) {
      throw new IllegalArgumentException(
          "no rectangle of %s by %s is on page %d".formatted(width, height, page));
    }
  }
}
