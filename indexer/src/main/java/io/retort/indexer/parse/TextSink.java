package io.retort.indexer.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a parser's text goes, in reading order. Every method may throw {@link EnoughTextException},
 * which a parser lets pass.
 */
public interface TextSink {
  /** Text as it shall be kept; spaces and line ends are the parser's to set. */
  void text(CharSequence text);

  /**
   * Text whose glyphs have been seen on the page that has begun.
   *
   * @param boxes one for each code point; null where it is not known exactly
   */
  void placed(CharSequence text, List<@Nullable GlyphBox> boxes);

  /** What follows, up to {@link #endHeading()}, is a heading. Headings do not nest. */
  void beginHeading(int level);

  void endHeading();

  /**
   * What follows, up to {@link #endPage()}, stands on this page.
   *
   * @param number counted from 1, rising
   */
  void beginPage(int number);

  void endPage();

  /** The title that the file gives itself. */
  void title(String title);

  /** One of the warnings of {@link io.retort.indexer.ParsedDocument}. */
  void warning(String code);

  /** The file has pictures, which may hold text that nobody reads. */
  void pictures();

  /** A part could not be read; the rest is worth keeping. */
  void missing(String code, String message);

  /** A sign of life from a parser that has no text for a while. */
  void alive();
}
