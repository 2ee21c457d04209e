package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextPlaces;
import io.retort.data.TextSpan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text of one file and what is known about its parts. Every span counts code points of {@code
 * text}, which is what all offsets of a document count in.
 *
 * @param text extracted and sanitised; never normalised further, so a quote is what the author
 *     wrote
 * @param title from the file itself, null if it names none
 * @param mediaType what the content was recognised as
 * @param pages in order, empty where the format has none
 * @param headings in the order of the text
 * @param places where the text stands on the pages, null where that is not known
 * @param warnings codes of the constants below, each at most once
 */
public record ParsedDocument(
    String text,
    @Nullable String title,
    String mediaType,
    List<PageSpan> pages,
    List<HeadingSpan> headings,
    @Nullable TextPlaces places,
    List<String> warnings) {
  /** Bytes that are no text in the file's charset became U+FFFD. */
  public static final String INVALID_BYTES_REPLACED = "invalid_bytes_replaced";

  /** Control, tag or bidirectional override characters were taken out. */
  public static final String INVISIBLE_CHARACTERS_REMOVED = "invisible_characters_removed";

  /** The text holds words that a reader of the original does not see. */
  public static final String HIDDEN_TEXT = "hidden_text";

  /** Far less text than a file of this size should have. */
  public static final String TEXT_SPARSE = "text_sparse";

  public ParsedDocument {
    requireNonNull(text, "text");
    requireNonNull(mediaType, "mediaType");
    pages = List.copyOf(pages);
    headings = List.copyOf(headings);
    warnings = List.copyOf(warnings);
    int length = text.codePointCount(0, text.length());
    int before = 0;
    for (HeadingSpan heading : headings) {
      within(length, before, heading.span(), "heading");
      before = heading.span().start();
    }
    before = 0;
    for (PageSpan page : pages) {
      within(length, before, page.span(), "page " + page.number());
      before = page.span().end();
    }
  }

  /** A document whose words' places on the pages are not known. */
  public ParsedDocument(
      String text,
      @Nullable String title,
      String mediaType,
      List<PageSpan> pages,
      List<HeadingSpan> headings,
      List<String> warnings) {
    this(text, title, mediaType, pages, headings, null, warnings);
  }

  private static void within(int length, int from, TextSpan span, String what) {
    if (span.start() < from || span.end() > length) {
      throw new IllegalArgumentException(
          "%s [%d, %d) lies before %d or beyond the text of %d code points"
              .formatted(what, span.start(), span.end(), from, length));
    }
  }
}
