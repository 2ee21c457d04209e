package io.retort.indexer.parse.xml;

import io.retort.indexer.parse.DocumentParser;
import io.retort.indexer.parse.DocumentRefusedException;
import io.retort.indexer.parse.FlowText;
import io.retort.indexer.parse.SourceFile;
import io.retort.indexer.parse.TextSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * The character data of any XML, a line an element. A document type, which is what entity attacks
 * need, is refused.
 */
public final class XmlParser implements DocumentParser {
  /** Secure processing has the same limit; should it change, ours stays. */
  private static final int DEPTH = 100;

  @Override
  public Set<String> mediaTypes() {
    return Set.of("application/xml", "text/xml", "image/svg+xml");
  }

  @Override
  public void parse(SourceFile source, TextSink sink) throws IOException, DocumentRefusedException {
    var words = new Words(new FlowText(sink));
    try (InputStream in = Files.newInputStream(source.path())) {
      var input = new InputSource(in);
      if (source.charset() != null) {
        input.setEncoding(source.charset().name());
      }
      var factory = SAXParserFactory.newNSInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.newSAXParser().parse(input, words);
    } catch (SAXParseException e) {
      if (words.depth >= DEPTH) {
        throw DocumentRefusedException.limit(
            "nesting_depth", "the XML is nested more than %d deep".formatted(DEPTH));
      }
      throw DocumentRefusedException.corrupt(
          "the XML is not well-formed or declares a document type, in line "
              + Math.max(1, e.getLineNumber()));
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException(e);
    }
  }

  private static final class Words extends DefaultHandler {
    private final FlowText flow;
    private int depth;

    Words(FlowText flow) {
      this.flow = flow;
    }

    @Override
    public void startElement(String uri, String name, String qName, Attributes attributes)
        throws SAXException {
      depth++;
      if (depth > DEPTH) {
        throw new SAXParseException("too deep", null);
      }
      flow.line();
    }

    @Override
    public void endElement(String uri, String name, String qName) {
      depth--;
      flow.line();
    }

    @Override
    public void characters(char[] characters, int start, int length) {
      flow.words(new String(characters, start, length));
    }

    @Override
    public InputSource resolveEntity(String publicId, String systemId) throws SAXException {
      throw new SAXParseException("no entity is read from elsewhere", null);
    }

    @Override
    public void fatalError(SAXParseException e) throws SAXException {
      throw e;
    }
  }
}
