package io.retort.indexer.parse.html;

import io.retort.indexer.parse.DocumentParser;
import io.retort.indexer.parse.DocumentRefusedException;
import io.retort.indexer.parse.FlowText;
import io.retort.indexer.parse.SourceFile;
import io.retort.indexer.parse.TextSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.parser.Parser;

/** HTML as browsers read it, scripts never run, nothing fetched. */
public final class HtmlParser implements DocumentParser {
  /**
   * Deeper elements lose their nesting, not their words. The time for them grows with the depth.
   */
  private static final int DEPTH = 256;

  @Override
  public Set<String> mediaTypes() {
    return Set.of("text/html", "application/xhtml+xml");
  }

  @Override
  public void parse(SourceFile source, TextSink sink) throws IOException, DocumentRefusedException {
    String charset = source.charset() == null ? null : source.charset().name();
    try (InputStream in = Files.newInputStream(source.path())) {
      Document document = Jsoup.parse(in, charset, "", Parser.htmlParser().setMaxDepth(DEPTH));
      String title = document.title().strip();
      if (!title.isEmpty()) {
        sink.title(title);
      }
      new HtmlText(sink, new FlowText(sink)).write(document.body());
    }
  }
}
