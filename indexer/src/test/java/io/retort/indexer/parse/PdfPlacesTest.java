package io.retort.indexer.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.retort.data.PageRect;
import io.retort.data.TextPlaces;
import io.retort.data.TextSpan;
import io.retort.indexer.ParsedDocument;
import io.retort.indexer.parse.pdf.PdfParser;
import java.awt.geom.Rectangle2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.documentinterchange.markedcontent.PDPropertyList;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.text.PDFTextStripperByArea;
import org.apache.pdfbox.util.Matrix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rectangles of words, held against what PDFBox itself finds inside of them. */
class PdfPlacesTest {
  private static final PDFont HELVETICA = new PDType1Font(Standard14Fonts.FontName.HELVETICA);

  @TempDir Path folder;
  private PDDocument pdf;

  @BeforeEach
  void begin() {
    pdf = new PDDocument();
  }

  @AfterEach
  void end() throws IOException {
    pdf.close();
  }

  private PDPage page(float width, float height) {
    var page = new PDPage(new PDRectangle(width, height));
    pdf.addPage(page);
    return page;
  }

  /** One line where the matrix puts it. */
  private void write(PDPage page, PDFont font, Matrix where, String line) throws IOException {
    try (var content =
        new PDPageContentStream(pdf, page, PDPageContentStream.AppendMode.APPEND, false)) {
      content.beginText();
      content.setFont(font, 12);
      content.setTextMatrix(where);
      content.showText(line);
      content.endText();
    }
  }

  private void write(PDPage page, float x, float y, String... lines) throws IOException {
    for (int i = 0; i < lines.length; i++) {
      write(page, HELVETICA, Matrix.getTranslateInstance(x, y - 14 * i), lines[i]);
    }
  }

  private PDFont liberation() throws IOException {
    try (var in =
        PDFont.class.getResourceAsStream(
            "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf")) {
      return PDType0Font.load(pdf, in);
    }
  }

  private ParsedDocument parsed() throws Exception {
    var out = new ByteArrayOutputStream();
    pdf.save(out);
    Files.write(folder.resolve("test.pdf"), out.toByteArray());
    return parsedFile();
  }

  private ParsedDocument parsedFile() throws Exception {
    Path file = folder.resolve("test.pdf");
    var sink = new RecordingSink();
    new PdfParser()
        .parse(
            new SourceFile(file, "application/pdf", StandardCharsets.UTF_8, 1L << 30, 10_000),
            sink);
    return sink.document();
  }

  private static List<PageRect> rects(ParsedDocument document, String words) {
    int unit = document.text().indexOf(words);
    assertThat(unit).as("%s in %s", words, document.text()).isNotNegative();
    int start = document.text().codePointCount(0, unit);
    var span = new TextSpan(start, start + words.codePointCount(0, words.length()));
    TextPlaces places = TextPlaces.of(document.places().toBytes());
    return places.rects(span, words);
  }

  /** What PDFBox reads inside of a rectangle. */
  private String inside(PageRect rect) throws IOException {
    var stripper = new PDFTextStripperByArea();
    stripper.addRegion(
        "rect",
        new Rectangle2D.Double(
            rect.x() - 0.1, rect.y() - 0.1, rect.width() + 0.1, rect.height() + 0.2));
    try (PDDocument again = Loader.loadPDF(folder.resolve("test.pdf").toFile())) {
      stripper.extractRegions(again.getPage(rect.page() - 1));
    }
    return stripper.getTextForRegion("rect").strip();
  }

  @Test
  void aRectangleHoldsTheWordsOfItsColumnOnly() throws Exception {
    PDPage page = page(400, 300);
    write(page, 40, 250, "The left column begins", "and it goes on here");
    write(page, 210, 250, "The right column stands", "beside it on its own");

    ParsedDocument document = parsed();

    assertThat(rects(document, "right column"))
        .singleElement()
        .satisfies(
            rect -> {
              assertThat(inside(rect)).isEqualTo("right column");
              assertThat(rect.page()).isEqualTo(1);
              assertThat(rect.x()).isBetween(230.0, 245.0);
              assertThat(rect.y()).isBetween(37.0, 42.0);
              assertThat(rect.height()).isBetween(10.0, 14.5);
            });
    List<PageRect> across = rects(document, "begins\nand it goes");
    assertThat(across).hasSize(2);
    assertThat(inside(across.get(0))).isEqualTo("begins");
    assertThat(inside(across.get(1))).isEqualTo("and it goes");
  }

  @Test
  void aHyphenatedWordHasARectangleOnEachLine() throws Exception {
    write(page(400, 300), 40, 250, "Members are enti-", "tled to a copy");

    List<PageRect> rects = rects(parsed(), "enti-\ntled");

    assertThat(rects).hasSize(2);
    assertThat(inside(rects.get(0))).isEqualTo("enti-");
    assertThat(inside(rects.get(1))).isEqualTo("tled");
    assertThat(rects.get(1).y() - rects.get(0).y()).isCloseTo(14, within(0.1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 90, 180, 270})
  void aTurnedPageIsMeasuredAsItIsSeen(int rotation) throws Exception {
    PDPage page = page(400, 300);
    page.setRotation(rotation);
    // Written so that it reads from left to right once the page is turned.
    Matrix upright =
        switch (rotation) {
          case 90 -> Matrix.getRotateInstance(Math.PI / 2, 100, 40);
          case 180 -> Matrix.getRotateInstance(Math.PI, 400 - 40, 100);
          case 270 -> Matrix.getRotateInstance(-Math.PI / 2, 400 - 100, 300 - 40);
          default -> Matrix.getTranslateInstance(40, 300 - 100);
        };
    write(page, HELVETICA, upright, "Turned words read well");

    assertThat(rects(parsed(), "words read"))
        .singleElement()
        .satisfies(
            rect -> {
              assertThat(inside(rect)).isEqualTo("words read");
              assertThat(rect.x()).isBetween(80.0, 90.0);
              assertThat(rect.width()).isBetween(50.0, 65.0);
              // The base line lies 100 points below the upper edge.
              assertThat(rect.y()).isBetween(88.0, 92.0);
              assertThat(rect.y() + rect.height()).isBetween(101.0, 104.5);
            });
  }

  @Test
  void aLineThatRunsUpwardsHasOneRectangle() throws Exception {
    PDPage page = page(400, 300);
    write(page, HELVETICA, Matrix.getRotateInstance(Math.PI / 2, 100, 40), "Along the left edge");

    ParsedDocument document = parsed();
    String words = document.text().strip();

    // PDFBox sees many short lines there; on the page it is one.
    assertThat(rects(document, words))
        .singleElement()
        .satisfies(
            rect -> {
              assertThat(rect.height()).isGreaterThan(2 * rect.width());
              assertThat(rect.x()).isBetween(88.0, 92.0);
              assertThat(rect.y() + rect.height()).isBetween(255.0, 262.0);
            });
  }

  @Test
  void aCroppedPageIsMeasuredFromTheCroppedCorner() throws Exception {
    PDPage page = page(400, 300);
    page.setMediaBox(new PDRectangle(-50, -20, 500, 400));
    page.setCropBox(new PDRectangle(30, 40, 300, 200));
    write(page, 60, 200, "Inside the cropped part");
    write(page, 60, 350, "Beyond the upper edge");

    ParsedDocument document = parsed();

    assertThat(rects(document, "cropped part"))
        .singleElement()
        .satisfies(
            rect -> {
              assertThat(inside(rect)).isEqualTo("cropped part");
              assertThat(rect.x()).isBetween(80.0, 95.0); // 60 − 30 and the words before it
              assertThat(rect.y() + rect.height()).isBetween(41.0, 45.0); // 40 + 200 − 200
            });
    assertThat(rects(document, "Beyond the upper edge")).isEmpty();
  }

  @Test
  void slantedWordsAreNotGuessedAt() throws Exception {
    PDPage page = page(400, 300);
    write(page, HELVETICA, Matrix.getRotateInstance(Math.toRadians(30), 60, 60), "DRAFT");
    write(page, HELVETICA, Matrix.getRotateInstance(Math.toRadians(1), 60, 200), "Scanned askew");

    ParsedDocument document = parsed();

    assertThat(rects(document, "DRAFT")).isEmpty();
    assertThat(rects(document, "askew"))
        .singleElement()
        .satisfies(rect -> assertThat(inside(rect)).isEqualTo("askew"));
  }

  @Test
  void aLigatureIsOneGlyphOfTwoLetters() throws Exception {
    PDPage page = page(400, 300);
    write(page, liberation(), Matrix.getTranslateInstance(40, 200), "a con\uFB01ned space");

    ParsedDocument document = parsed();

    PageRect word = rects(document, "confined").getFirst();
    assertThat(inside(word)).isEqualTo("confined");
    PageRect ligature = rects(document, "fi").getFirst();
    assertThat(rects(document, "f").getFirst()).isEqualTo(ligature);
    assertThat(ligature.width()).isBetween(4.0, 7.0);
    assertThat(rects(document, "ned").getFirst().x())
        .isCloseTo(ligature.x() + ligature.width(), within(0.1));
  }

  @Test
  void whatIsReadFromTheRightIsFoundThere() throws Exception {
    // Tahoma and Arial do not come with PDFBox; the font has the Hebrew letters.
    PDFont font = liberation();
    PDPage page = page(400, 300);
    // As a PDF holds it: in the order of the page, so the last word and its last letter come first.
    String visual = new StringBuilder("שלום עולם").reverse().toString();
    write(page, font, Matrix.getTranslateInstance(40, 200), visual);

    ParsedDocument document = parsed();

    PageRect first = rects(document, "שלום").getFirst();
    PageRect second = rects(document, "עולם").getFirst();
    assertThat(first.x()).isGreaterThan(second.x() + second.width());
    PageRect letter = rects(document, "ש").getFirst();
    assertThat(letter.x() + letter.width()).isCloseTo(first.x() + first.width(), within(0.1));
  }

  @Test
  void aTextOfItsOwnCoversAllOfItsGlyphs() throws Exception {
    PDPage page = page(400, 300);
    var actual = new COSDictionary();
    actual.setString(COSName.ACTUAL_TEXT, "official");
    try (var content = new PDPageContentStream(pdf, page)) {
      content.beginText();
      content.setFont(HELVETICA, 12);
      content.newLineAtOffset(40, 200);
      content.showText("An ");
      content.beginMarkedContent(COSName.getPDFName("Span"), PDPropertyList.create(actual));
      content.showText("0fficia1");
      content.endMarkedContent();
      content.showText(" paper");
      content.endText();
    }

    ParsedDocument document = parsed();

    PageRect word = rects(document, "official").getFirst();
    assertThat(word.width())
        .isCloseTo(HELVETICA.getStringWidth("0fficia1") / 1000 * 12, within(0.1));
    assertThat(rects(document, "An official paper")).hasSize(1);
  }

  @Test
  void aSpanMayGoOnToTheNextPage() throws Exception {
    write(page(400, 300), 40, 50, "It ends on");
    write(page(400, 300), 40, 250, "the next page");

    ParsedDocument document = parsed();
    int from = document.text().indexOf("ends");
    String words = document.text().substring(from, document.text().indexOf(" page"));
    List<PageRect> rects =
        document.places().rects(new TextSpan(from, from + words.length()), words);

    assertThat(rects).extracting(PageRect::page).containsExactly(1, 2);
    assertThat(inside(rects.get(1))).isEqualTo("the next");
  }

  /** Files that others made: every word has its place, and some are read again there. */
  @ParameterizedTest
  @ValueSource(strings = {"business-travel.pdf", "client-projects.pdf", "pay-and-pension.pdf"})
  void theWordsOfASampleAreReadAgainWhereTheyStand(String name) throws Exception {
    Files.copy(Path.of("../data/samples/documents/handbook", name), folder.resolve("test.pdf"));
    ParsedDocument document = parsedFile();
    var random = new Random(7);
    int read = 0;

    Matcher words = Pattern.compile("\\S+").matcher(document.text());
    while (words.find()) {
      int start = document.text().codePointCount(0, words.start());
      String word = words.group();
      var span = new TextSpan(start, start + word.codePointCount(0, word.length()));
      List<PageRect> rects = document.places().rects(span, word);
      assertThat(rects).as(word).isNotEmpty();
      if (rects.size() == 1 && random.nextInt(20) == 0) {
        assertThat(inside(rects.getFirst())).isEqualTo(word);
        read++;
      }
    }
    assertThat(read).isGreaterThan(5);
  }

  @Test
  void placesTakeNoMoreRoomThanTheirText() throws Exception {
    for (int i = 0; i < 20; i++) {
      PDPage page = page(595, 842);
      for (int line = 0; line < 50; line++) {
        write(
            page,
            HELVETICA,
            Matrix.getTranslateInstance(50, 800 - 15 * line),
            "Line " + line + " of page " + i + " says what a line of a page has to say, no more");
      }
    }

    ParsedDocument document = parsed();

    assertThat(document.places().toBytes().length).isLessThan(document.text().length());
  }
}
