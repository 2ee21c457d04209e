package io.retort.web.rest;

import io.retort.data.PageRect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a document's extracted text as the API shows it.
 *
 * @param rects empty rather than approximate
 */
public record PassageView(
    String documentId,
    int version,
    int start,
    int end,
    int characters,
    String text,
    @Nullable Integer page,
    List<Rect> rects) {

  /** In PDF points from the top left of the page as it is shown. */
  public record Rect(int page, double x, double y, double width, double height) {
    static Rect of(PageRect rect) {
      return new Rect(rect.page(), rect.x(), rect.y(), rect.width(), rect.height());
    }
  }
}
