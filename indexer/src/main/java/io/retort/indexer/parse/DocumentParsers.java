package io.retort.indexer.parse;

import io.retort.indexer.parse.html.HtmlParser;
import io.retort.indexer.parse.markdown.MarkdownParser;
import io.retort.indexer.parse.office.OfficeParser;
import io.retort.indexer.parse.pdf.PdfParser;
import io.retort.indexer.parse.xml.XmlParser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The formats that a forked parser reads, by media type. */
final class DocumentParsers {
  private final Map<String, DocumentParser> byMediaType = new HashMap<>();

  /** A later parser takes over a media type of an earlier one. */
  private DocumentParsers(List<DocumentParser> parsers) {
    for (DocumentParser parser : parsers) {
      parser.mediaTypes().forEach(type -> byMediaType.put(type, parser));
    }
  }

  /** Every format that the product reads in a fork. */
  static DocumentParsers standard() {
    return new DocumentParsers(
        List.of(
            new PdfParser(),
            new OfficeParser(),
            new HtmlParser(),
            new XmlParser(),
            new MarkdownParser()));
  }

  static DocumentParsers of(List<DocumentParser> parsers) {
    return new DocumentParsers(parsers);
  }

  /** Null if no parser reads such files. */
  @Nullable DocumentParser forType(String mediaType) {
    return byMediaType.get(mediaType);
  }
}
