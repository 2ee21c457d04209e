package io.retort.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A piece of a document's extracted text. */
public record Passage(
    String documentId,
    int version,
    int start,
    int end,
    int characters,
    String text,
    @Nullable Integer page,
    List<Rect> rects) {

  public record Rect(int page, double x, double y, double width, double height) {}
}
