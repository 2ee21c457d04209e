package io.retort.web.fakes;

import io.retort.indexer.ParseOutcome;
import io.retort.indexer.ParsedDocument;
import io.retort.web.rooms.ExtractionSource;
import java.nio.file.Path;

/**
 * Reads PDFs as the product does and the rest as {@link PlainTextExtraction}; of a file called
 * {@code old.pdf} it keeps what the first versions did: no places.
 */
final class PdfExtraction implements ExtractionSource {
  private final ExtractionSource product;

  PdfExtraction(ExtractionSource product) {
    this.product = product;
  }

  @Override
  public Opened open(Path tempFolder) throws InterruptedException {
    Opened pdf = product.open(tempFolder);
    Opened plain = new PlainTextExtraction().open(tempFolder);
    return new Opened(
        (original, name, type) -> {
          if (!name.endsWith(".pdf")) {
            return plain.extraction().parse(original, name, type);
          }
          ParseOutcome outcome = pdf.extraction().parse(original, name, type);
          return name.equals("old.pdf") && outcome instanceof ParseOutcome.Parsed parsed
              ? new ParseOutcome.Parsed(withoutPlaces(parsed.document()))
              : outcome;
        },
        pdf.closer());
  }

  private static ParsedDocument withoutPlaces(ParsedDocument document) {
    return new ParsedDocument(
        document.text(),
        document.title(),
        document.mediaType(),
        document.pages(),
        document.headings(),
        document.warnings());
  }
}
