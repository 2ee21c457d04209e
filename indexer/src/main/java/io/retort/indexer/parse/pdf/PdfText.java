package io.retort.indexer.parse.pdf;

import io.retort.indexer.ParsedDocument;
import io.retort.indexer.parse.DocumentRefusedException;
import io.retort.indexer.parse.EnoughTextException;
import io.retort.indexer.parse.GlyphBox;
import io.retort.indexer.parse.TextSink;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
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
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.graphics.state.RenderingMode;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;
import org.apache.pdfbox.util.Matrix;
import org.apache.pdfbox.util.Vector;
import org.jspecify.annotations.Nullable;

/** The words of a PDF's pages with the places of their glyphs, into a sink. */
final class PdfText extends PDFTextStripper {
  private static final int NAMED_PAGES = 10;
  private static final int OPERATORS_BETWEEN_SIGNS = 1_000;

  private final TextSink sink;
  private final List<Integer> failed = new ArrayList<>();
  private int pages;
  private long operators;
  private boolean pageHasText;
  private boolean pageHasInvisibleText;

  /** The boxes of this page's glyphs, as far as they are known. */
  private final IdentityHashMap<TextPosition, GlyphBox> boxes = new IdentityHashMap<>();

  private @Nullable GlyphPlaces places;
  private @Nullable GlyphBox box;
  private @Nullable TextPosition spoken;

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
    boxes.clear();
    spoken = null;
    places = new GlyphPlaces(page);
    super.processPage(page);
  }

  @Override
  protected void processTextPosition(TextPosition text) {
    pageHasText |= !text.getUnicode().isBlank();
    pageHasInvisibleText |=
        getGraphicsState().getTextState().getRenderingMode() == RenderingMode.NEITHER;
    super.processTextPosition(text);
    place(text);
  }

  /**
   * Where a part of the page has a text of its own (ActualText), its first glyph says all of it and
   * the others say nothing: then the box of what is said is that of all these glyphs.
   */
  private void place(TextPosition text) {
    TextPosition before = spoken;
    if (!text.getUnicode().isEmpty()) {
      spoken = text;
      if (box != null) {
        boxes.put(text, box);
      }
    } else if (before != null) {
      GlyphBox known = boxes.get(before);
      GlyphBox both = known == null || box == null ? null : known.with(box);
      if (both == null) {
        boxes.remove(before);
      } else {
        boxes.put(before, both);
      }
    }
  }

  @Override
  protected void showGlyph(Matrix glyph, PDFont font, int code, Vector displacement)
      throws IOException {
    box = places == null ? null : places.of(glyph, font, code, displacement);
    super.showGlyph(glyph, font, code, displacement);
  }

  @Override
  protected void writeString(String word, List<TextPosition> glyphs) {
    int[] numbers =
        WrittenWord.glyphs(
            glyphs.stream().map(TextPosition::getVisuallyOrderedUnicode).toList(), word);
    var placed = new ArrayList<@Nullable GlyphBox>(word.length());
    for (int i = 0; i < word.length(); i = word.offsetByCodePoints(i, 1)) {
      placed.add(
          numbers == null || Character.isWhitespace(word.charAt(i))
              ? null
              : boxes.get(glyphs.get(numbers[i])));
    }
    sink.placed(word, placed);
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
