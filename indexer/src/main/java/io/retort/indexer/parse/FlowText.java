package io.retort.indexer.parse;

/**
 * Words out of marked-up text: white space between words collapses to one space, blocks part with a
 * line end, paragraphs with a blank line, table cells with a tab. Separators come before the words
 * that need them, so a text neither begins nor ends with one.
 */
public final class FlowText {
  /** What has to stand before the next word; a later one is stronger. */
  private enum Gap {
    NONE(""),
    SPACE(" "),
    CELL("\t"),
    LINE("\n"),
    PARAGRAPH("\n\n");

    private final String text;

    Gap(String text) {
      this.text = text;
    }
  }

  private final TextSink sink;
  private Gap gap = Gap.NONE;
  private boolean begun;
  private boolean inHeading;

  public FlowText(TextSink sink) {
    this.sink = sink;
  }

  /** Words whose white space means nothing but a gap. */
  public void words(CharSequence words) {
    int at = 0;
    while (at < words.length()) {
      int start = at;
      while (at < words.length() && isSpace(words.charAt(at))) {
        at++;
      }
      if (at > start) {
        atLeast(Gap.SPACE);
      }
      start = at;
      while (at < words.length() && !isSpace(words.charAt(at))) {
        at++;
      }
      if (at > start) {
        emit(words.subSequence(start, at));
      }
    }
  }

  /** Text whose spaces and line ends are meant, such as code. */
  public void verbatim(CharSequence text) {
    if (!text.isEmpty()) {
      emit(text);
    }
  }

  public void cell() {
    atLeast(Gap.CELL);
  }

  public void line() {
    atLeast(Gap.LINE);
  }

  public void paragraph() {
    atLeast(Gap.PARAGRAPH);
  }

  public void beginHeading(int level) {
    endHeading();
    paragraph();
    sink.beginHeading(level);
    inHeading = true;
  }

  public void endHeading() {
    if (inHeading) {
      sink.endHeading();
      inHeading = false;
      paragraph();
    }
  }

  private void atLeast(Gap wanted) {
    if (wanted.compareTo(gap) > 0) {
      gap = wanted;
    }
  }

  private void emit(CharSequence text) {
    if (begun && gap != Gap.NONE) {
      sink.text(gap.text);
    }
    begun = true;
    gap = Gap.NONE;
    sink.text(text);
  }

  /** The no-break space is no gap: an author who writes it means it. */
  private static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
  }
}
