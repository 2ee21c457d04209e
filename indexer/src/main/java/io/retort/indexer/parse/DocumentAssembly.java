package io.retort.indexer.parse;

import io.retort.data.TextPlaces;
import io.retort.data.TextSpan;
import io.retort.indexer.HeadingSpan;
import io.retort.indexer.PageSpan;
import io.retort.indexer.ParsedDocument;
import io.retort.indexer.TextSanitizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts a document together from what a parser says of it; offsets count in the sanitised text. */
final class DocumentAssembly {
  private static final int LONGEST_TITLE = 300;

  /** No file has more headings or pages than this; what has is after our memory. */
  private static final int MOST_PARTS = 100_000;

  /** Text that has more bytes of file than this to a visible character is sparse. */
  private static final long SPARSE = 5_000;

  private record OpenHeading(int level, int start) {}

  private record OpenPage(int number, int start) {}

  private final TextSanitizer text;
  private final List<HeadingSpan> headings = new ArrayList<>();
  private final List<PageSpan> pages = new ArrayList<>();
  private final TextPlaces.Builder places = new TextPlaces.Builder();
  private final Set<String> warnings = new LinkedHashSet<>();
  private String mediaType;
  private @Nullable String title;
  private @Nullable OpenHeading heading;
  private @Nullable OpenPage page;
  private boolean pictures;

  DocumentAssembly(int limit, String mediaType) {
    this.text = new TextSanitizer(limit);
    this.mediaType = mediaType;
  }

  void text(CharSequence piece) {
    text.append(piece);
  }

  /** Boxes outside of a page are dropped, as are those of what the text does not keep. */
  void placed(PlacedText piece) {
    String words = piece.text();
    int unit = 0;
    for (GlyphBox box : piece.boxes()) {
      int next = words.offsetByCodePoints(unit, 1);
      int before = text.length();
      text.append(words.substring(unit, next));
      boolean kept = text.length() == before + 1 && pages.size() < MOST_PARTS;
      if (box != null && page != null && kept) {
        places.add(
            page.number(),
            before,
            box.left(),
            box.top(),
            box.right(),
            box.bottom(),
            box.vertical());
      }
      unit = next;
    }
  }

  boolean full() {
    return text.full();
  }

  int visible() {
    return text.visible();
  }

  boolean pictures() {
    return pictures;
  }

  void sawPictures() {
    pictures = true;
  }

  void mediaType(String type) {
    mediaType = type;
  }

  void warning(String code) {
    warnings.add(code);
  }

  void title(String raw) {
    String words = TextSanitizer.sanitize(raw).strip().replace('\n', ' ');
    int end = Math.min(words.codePointCount(0, words.length()), LONGEST_TITLE);
    if (end > 0) {
      title = words.substring(0, words.offsetByCodePoints(0, end));
    }
  }

  void beginHeading(int level) {
    heading = new OpenHeading(level, text.length());
  }

  void endHeading() {
    if (heading != null && text.length() > heading.start() && headings.size() < MOST_PARTS) {
      headings.add(new HeadingSpan(heading.level(), new TextSpan(heading.start(), text.length())));
    }
    heading = null;
  }

  void beginPage(int number) {
    endPage();
    page = new OpenPage(number, text.length());
  }

  void endPage() {
    if (page != null && pages.size() < MOST_PARTS) {
      pages.add(new PageSpan(page.number(), new TextSpan(page.start(), text.length())));
    }
    page = null;
  }

  /**
   * The document as it stands; what is open is closed.
   *
   * @param fileBytes the size of the file, which says whether its text is sparse
   */
  ParsedDocument finish(long fileBytes) {
    endHeading();
    endPage();
    String whole = text.text();
    warnings.addAll(text.warnings());
    if (text.visible() < fileBytes / SPARSE) {
      warnings.add(ParsedDocument.TEXT_SPARSE);
    }
    return new ParsedDocument(
        whole,
        title,
        mediaType,
        pages,
        trimmed(whole),
        places.isEmpty() ? null : places.build(),
        List.copyOf(warnings));
  }

  /** The headings' words without the white space around them. */
  private List<HeadingSpan> trimmed(String whole) {
    var kept = new ArrayList<HeadingSpan>();
    int units = 0;
    int points = 0;
    for (HeadingSpan heading : headings) {
      TextSpan span = heading.span();
      units = whole.offsetByCodePoints(units, span.start() - points);
      points = span.start();
      String words = whole.substring(units, whole.offsetByCodePoints(units, span.length()));
      int leading = words.length() - words.stripLeading().length();
      int length = words.strip().length();
      if (length > 0) {
        int start = span.start() + words.codePointCount(0, leading);
        int end = start + words.codePointCount(leading, leading + length);
        kept.add(new HeadingSpan(heading.level(), new TextSpan(start, end)));
      }
    }
    return kept;
  }
}
