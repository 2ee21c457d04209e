package io.retort.indexer.parse.office;

import io.retort.indexer.parse.FlowText;
import io.retort.indexer.parse.TextSink;
import java.util.Set;
import org.xml.sax.Attributes;
import org.xml.sax.helpers.DefaultHandler;

/** The words of the XHTML events that Tika's parsers send. */
final class XhtmlText extends DefaultHandler {
  private static final Set<String> PARAGRAPHS = Set.of("p", "table", "ul", "ol");
  private static final Set<String> LINES = Set.of("div", "tr", "li", "br");

  private final TextSink sink;
  private final FlowText flow;
  private int bodies;
  private int cells;

  XhtmlText(TextSink sink, FlowText flow) {
    this.sink = sink;
    this.flow = flow;
  }

  @Override
  public void startElement(String uri, String name, String qName, Attributes attributes) {
    if (name.equals("body")) {
      bodies++;
    } else if (name.equals("td") || name.equals("th")) {
      cells++;
      flow.cell();
    } else if (name.equals("img")) {
      sink.pictures();
    } else if (headingLevel(name) > 0 && cells == 0) {
      flow.beginHeading(headingLevel(name));
    } else {
      gap(name);
    }
  }

  @Override
  public void endElement(String uri, String name, String qName) {
    if (name.equals("body")) {
      bodies--;
    } else if (name.equals("td") || name.equals("th")) {
      cells--;
    } else if (headingLevel(name) > 0 && cells == 0) {
      flow.endHeading();
    } else {
      gap(name);
    }
  }

  @Override
  public void characters(char[] characters, int start, int length) {
    if (bodies > 0) {
      flow.words(new String(characters, start, length));
    } else {
      sink.alive();
    }
  }

  @Override
  public void ignorableWhitespace(char[] characters, int start, int length) {
    characters(characters, start, length);
  }

  /** Paragraphs inside a table's cell part with a space, so that a row stays a line. */
  private void gap(String name) {
    if (cells > 0) {
      flow.words(" ");
    } else if (PARAGRAPHS.contains(name)) {
      flow.paragraph();
    } else if (LINES.contains(name)) {
      flow.line();
    }
  }

  private static int headingLevel(String name) {
    boolean heading = name.length() == 2 && name.charAt(0) == 'h';
    int level = heading ? name.charAt(1) - '0' : 0;
    return level >= 1 && level <= 6 ? level : 0;
  }
}
