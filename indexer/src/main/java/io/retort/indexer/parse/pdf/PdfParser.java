package io.retort.indexer.parse.pdf;

import io.retort.indexer.parse.DocumentParser;
import io.retort.indexer.parse.DocumentRefusedException;
import io.retort.indexer.parse.SourceFile;
import io.retort.indexer.parse.TextSink;
import java.io.IOException;
import java.util.Set;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.io.RandomAccessReadBufferedFile;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.pdmodel.font.FontMappers;

/**
 * PDF, page by page in the order of the content streams. Scripts, forms and attachments are left
 * alone; a page that cannot be read does not cost the others.
 */
public final class PdfParser implements DocumentParser {
  /** Beyond so many bytes decoded streams go to the temp folder. */
  private static final long IN_MEMORY = 64L << 20;

  @Override
  public Set<String> mediaTypes() {
    return Set.of("application/pdf");
  }

  @Override
  public void parse(SourceFile source, TextSink sink) throws IOException, DocumentRefusedException {
    FontMappers.set(BundledFont.INSTANCE);
    try (var file = new RandomAccessReadBufferedFile(source.path());
        PDDocument document =
            Loader.loadPDF(file, MemoryUsageSetting.setupMixed(IN_MEMORY).streamCache)) {
      String title = document.getDocumentInformation().getTitle();
      if (title != null && !title.isBlank()) {
        sink.title(title.strip());
      }
      new PdfText(sink).write(document);
    } catch (InvalidPasswordException e) {
      throw DocumentRefusedException.encrypted();
    }
  }
}
