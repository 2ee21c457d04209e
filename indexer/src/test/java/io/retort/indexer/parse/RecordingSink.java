package io.retort.indexer.parse;

import io.retort.indexer.ParsedDocument;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what a parser says, in this JVM. */
final class RecordingSink implements TextSink {
  private final DocumentAssembly assembly = new DocumentAssembly(Integer.MAX_VALUE, "");
  private final List<String> missing = new ArrayList<>();
  private final int enough;
  private int length;

  RecordingSink() {
    this(Integer.MAX_VALUE);
  }

  /**
   * @param enough after so many characters no more is wanted
   */
  RecordingSink(int enough) {
    this.enough = enough;
  }

  ParsedDocument document() {
    return assembly.finish(0);
  }

  List<String> missing() {
    return missing;
  }

  boolean sawPictures() {
    return assembly.pictures();
  }

  @Override
  public void text(CharSequence text) {
    length += text.length();
    if (length > enough) {
      throw new EnoughTextException();
    }
    assembly.text(text);
  }

  @Override
  public void placed(CharSequence text, List<@Nullable GlyphBox> boxes) {
    length += text.length();
    if (length > enough) {
      throw new EnoughTextException();
    }
    assembly.placed(new PlacedText(text.toString(), boxes));
  }

  @Override
  public void beginHeading(int level) {
    assembly.beginHeading(level);
  }

  @Override
  public void endHeading() {
    assembly.endHeading();
  }

  @Override
  public void beginPage(int number) {
    assembly.beginPage(number);
  }

  @Override
  public void endPage() {
    assembly.endPage();
  }

  @Override
  public void title(String title) {
    assembly.title(title);
  }

  @Override
  public void warning(String code) {
    assembly.warning(code);
  }

  @Override
  public void pictures() {
    assembly.sawPictures();
  }

  @Override
  public void missing(String code, String message) {
    missing.add(code + ": " + message);
  }

  @Override
  public void alive() {}
}
