package io.retort.indexer.parse.pdf;

import io.retort.indexer.ParsedDocument;
import io.retort.indexer.parse.DocumentRefusedException;
import io.retort.indexer.parse.EnoughTextException;
import io.retort.indexer.parse.TextSink;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.pdfbox.contentstream.operator.Operator;
import org.apache.pdfbox.contentstream.operator.text.SetTextRenderingMode;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageTree;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.graphics.state.RenderingMode;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;

/** The words of a PDF's pages, into a sink. */
final class PdfText extends PDFTextStripper {
  private static final int NAMED_PAGES = 10;
  private static final int OPERATORS_BETWEEN_SIGNS = 1_000;

  private final TextSink sink;
  private final List<Integer> failed = new ArrayList<>();
  private int pages;
  private long operators;
  private boolean pageHasText;
  private boolean pageHasInvisibleText;

  PdfText(TextSink sink) {
    this.sink = sink;
    addOperator(new SetTextRenderingMode(this));
    setLineSeparator("\n");
    setParagraphEnd("\n");
    // The stripper's own page count stays 0, since processPages below counts instead.
    setStartPage(0);
  }

  void write(PDDocument document) throws IOException, DocumentRefusedException {
    writeText(document, new SinkWriter());
    if (failed.isEmpty()) {
      return;
    }
    if (failed.size() >= pages) {
      throw DocumentRefusedException.corrupt("none of the PDF's pages could be read");
    }
    String named =
        failed.stream().limit(NAMED_PAGES).map(String::valueOf).collect(Collectors.joining(", "));
    sink.missing(
        "pages_failed",
        "%d of %d pages could not be read: %s%s"
            .formatted(failed.size(), pages, named, failed.size() > NAMED_PAGES ? ", …" : ""));
  }

  @Override
  protected void processPages(PDPageTree tree) throws IOException {
    Iterator<PDPage> iterator = tree.iterator();
    while (iterator.hasNext()) {
      PDPage page = iterator.next();
      pages++;
      sink.alive();
      sink.beginPage(pages);
      try {
        processPage(page);
        lookForPictures(page);
      } catch (EnoughTextException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        // PDFBox throws every kind of exception at a damaged page; the others may be whole.
        failed.add(pages);
      }
      sink.endPage();
    }
  }

  @Override
  public void processPage(PDPage page) throws IOException {
    pageHasText = false;
    pageHasInvisibleText = false;
    super.processPage(page);
  }

  @Override
  protected void processTextPosition(TextPosition text) {
    pageHasText |= !text.getUnicode().isBlank();
    pageHasInvisibleText |=
        getGraphicsState().getTextState().getRenderingMode() == RenderingMode.NEITHER;
    super.processTextPosition(text);
  }

  @Override
  protected void processOperator(Operator operator, List<COSBase> operands) throws IOException {
    operators++;
    if (operators % OPERATORS_BETWEEN_SIGNS == 0) {
      sink.alive();
    }
    super.processOperator(operator, operands);
  }

  /** Invisible text over a picture is what a scanner recognised; without one it hides. */
  private void lookForPictures(PDPage page) throws IOException {
    if (pageHasText && !pageHasInvisibleText) {
      return;
    }
    boolean pictures = hasPictures(page.getResources());
    if (pictures && !pageHasText) {
      sink.pictures();
    }
    if (pageHasInvisibleText && !pictures) {
      sink.warning(ParsedDocument.HIDDEN_TEXT);
    }
  }

  private static boolean hasPictures(PDResources resources) {
    if (resources == null) {
      return false;
    }
    for (COSName name : resources.getXObjectNames()) {
      if (resources.isImageXObject(name)) {
        return true;
      }
    }
    return false;
  }

  private final class SinkWriter extends Writer {
    @Override
    public void write(char[] characters, int offset, int length) {
      sink.text(new String(characters, offset, length));
    }

    @Override
    public void write(String text) {
      sink.text(text);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
