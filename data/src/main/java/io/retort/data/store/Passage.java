package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextSpan;
import org.jspecify.annotations.Nullable;

/**
 * A piece of the extracted text of a document's live version.
 *
 * @param characters of the whole text
 * @param page that {@code span} begins on, null where the format has no pages
 */
public record Passage(
    String documentId,
    int version,
    TextSpan span,
    int characters,
    String text,
    @Nullable Integer page) {
  public Passage {
    requireNonNull(documentId, "documentId");
    requireNonNull(span, "span");
    requireNonNull(text, "text");
  }
}
