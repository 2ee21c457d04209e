package io.retort.indexer.parse.office;

import io.retort.indexer.parse.DocumentParser;
import io.retort.indexer.parse.DocumentRefusedException;
import io.retort.indexer.parse.EnoughTextException;
import io.retort.indexer.parse.FlowText;
import io.retort.indexer.parse.SourceFile;
import io.retort.indexer.parse.TextSink;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.extractor.EmbeddedDocumentExtractor;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.mime.MediaType;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.microsoft.OfficeParserConfig;
import org.apache.tika.parser.microsoft.ooxml.OOXMLParser;
import org.apache.tika.parser.microsoft.rtf.RTFParser;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/**
 * Word, PowerPoint and Excel files of today's package format, and RTF, through Tika's streaming
 * extractors. What is embedded in them is not opened.
 */
public final class OfficeParser implements DocumentParser {
  private static final String OOXML = "application/vnd.openxmlformats-officedocument.";
  private static final String RTF = "application/rtf";

  /** What the detector calls a package that is wrapped in encryption. */
  private static final Set<String> PROTECTED =
      Set.of("application/x-tika-ooxml-protected", "application/vnd.ms-encrypted-document");

  private static final Set<String> PACKAGES =
      Set.of(
          OOXML + "wordprocessingml.document",
          OOXML + "presentationml.presentation",
          OOXML + "spreadsheetml.sheet",
          "application/vnd.ms-word.document.macroenabled.12",
          "application/vnd.ms-powerpoint.presentation.macroenabled.12",
          "application/vnd.ms-excel.sheet.macroenabled.12");

  @Override
  public Set<String> mediaTypes() {
    var types = new HashSet<>(PACKAGES);
    types.addAll(PROTECTED);
    types.add(RTF);
    return Set.copyOf(types);
  }

  @Override
  public void parse(SourceFile source, TextSink sink) throws IOException, DocumentRefusedException {
    String type = source.mediaType();
    if (PROTECTED.contains(type)) {
      throw DocumentRefusedException.encrypted();
    }
    Parser parser;
    if (type.equals(RTF)) {
      parser = new RTFParser();
    } else {
      PackageGuard.check(source, sink);
      parser = new OOXMLParser();
    }
    var metadata = new Metadata();
    metadata.set(TikaCoreProperties.CONTENT_TYPE_PARSER_OVERRIDE, type);
    metadata.set(Metadata.CONTENT_TYPE, MediaType.parse(type).toString());
    try (TikaInputStream in = TikaInputStream.get(source.path())) {
      parser.parse(in, new XhtmlText(sink, new FlowText(sink)), metadata, context());
    } catch (EncryptedDocumentException e) {
      throw DocumentRefusedException.encrypted();
    } catch (SAXException | TikaException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof EnoughTextException enough) {
          throw enough;
        }
      }
      throw new IOException(e);
    }
    String title = metadata.get(TikaCoreProperties.TITLE);
    if (title != null && !title.isBlank()) {
      sink.title(title.strip());
    }
  }

  private static ParseContext context() {
    var office = new OfficeParserConfig();
    // The other extractors hold a whole document in memory, at a hundred times its size.
    office.setUseSAXDocxExtractor(true);
    office.setUseSAXPptxExtractor(true);
    office.setExtractMacros(false);
    var context = new ParseContext();
    context.set(OfficeParserConfig.class, office);
    context.set(EmbeddedDocumentExtractor.class, new NothingEmbedded());
    return context;
  }

  private static final class NothingEmbedded implements EmbeddedDocumentExtractor {
    @Override
    public boolean shouldParseEmbedded(Metadata metadata) {
      return false;
    }

    @Override
    public void parseEmbedded(
        InputStream stream, ContentHandler handler, Metadata metadata, boolean outputHtml) {}
  }
}
