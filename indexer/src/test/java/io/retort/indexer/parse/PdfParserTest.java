package io.retort.indexer.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.indexer.PageSpan;
import io.retort.indexer.ParsedDocument;
import io.retort.indexer.parse.pdf.PdfParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IN-2")
class PdfParserTest extends DocumentParserContract {
  private static final String FONT =
      "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>";

  @Override
  DocumentParser parser() {
    return new PdfParser();
  }

  @Override
  String mediaType() {
    return "application/pdf";
  }

  @Override
  byte[] sample() throws IOException {
    return Samples.pdf(
        "Stills and retorts",
        List.of(
            List.of("The retort is a vessel", "for distilling liquids."),
            List.of("The second page is about necks.")));
  }

  @Override
  List<String> words() {
    return List.of(
        "The retort is a vessel\nfor distilling liquids.", "The second page is about necks.");
  }

  @Override
  String title() {
    return "Stills and retorts";
  }

  @Override
  List<String> headings() {
    return List.of();
  }

  private static String stream(String content) {
    return "<< /Length " + content.length() + " >>\nstream\n" + content + "\nendstream";
  }

  private static String page(int content) {
    return "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources %s /Contents %d 0 R >>"
        .formatted(FONT, content);
  }

  private static String shown(String words) {
    return stream("BT /F1 12 Tf 72 700 Td (" + words + ") Tj ET");
  }

  @Test
  void pagesKnowTheirText() throws Exception {
    ParsedDocument document = parsed(sample());

    assertThat(document.pages()).extracting(PageSpan::number).containsExactly(1, 2);
    assertThat(document.pages().get(0).span().of(document.text()))
        .contains("vessel")
        .doesNotContain("second");
    assertThat(document.pages().get(1).span().of(document.text())).contains("about necks");
  }

  @Test
  void aPasswordIsAskedFor() throws Exception {
    SourceFile source = source(Samples.encryptedPdf("open sesame"));

    assertThatThrownBy(() -> parser().parse(source, new RecordingSink()))
        .isInstanceOfSatisfying(
            DocumentRefusedException.class,
            e -> assertThat(e.verdict().kind()).isEqualTo(Verdict.Kind.ENCRYPTED));
  }

  @Test
  void anEmptyUserPasswordIsNone() throws Exception {
    assertThat(parsed(Samples.encryptedPdf("")).text()).contains("Nobody reads this");
  }

  @Test
  void aScannedPageHasPicturesAndNoText() throws Exception {
    var sink = new RecordingSink();
    parser().parse(source(Samples.imageOnlyPdf()), sink);

    assertThat(sink.sawPictures()).isTrue();
    assertThat(sink.document().text()).isBlank();
  }

  @Test
  void aBrokenPageCostsOnlyItself() throws Exception {
    // The second page's content is a dictionary where a stream has to be.
    byte[] pdf =
        Samples.rawPdf(
            List.of(
                "<< /Type /Catalog /Pages 2 0 R >>",
                "<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R] /Count 3 >>",
                page(6),
                page(7),
                page(8),
                shown("First page"),
                "<< /Length 40 /Filter /FlateDecode >>\n"
                    + "stream\n"
                    + "nothing that could be inflated here....\n"
                    + "endstream",
                shown("Third page")));
    var sink = new RecordingSink();
    parser().parse(source(pdf), sink);

    assertThat(sink.document().text()).contains("First page").contains("Third page");
  }

  @Test
  void aPageTreeThatLoopsEnds() throws Exception {
    byte[] pdf =
        Samples.rawPdf(
            List.of(
                "<< /Type /Catalog /Pages 2 0 R >>",
                "<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 >>",
                page(4),
                shown("The only page")));

    assertThat(parsed(pdf).text()).contains("The only page");
  }

  @Test
  void aLyingPageCountIsNotBelieved() throws Exception {
    byte[] pdf =
        Samples.rawPdf(
            List.of(
                "<< /Type /Catalog /Pages 2 0 R >>",
                "<< /Type /Pages /Kids [3 0 R] /Count 1000000000 >>",
                page(4),
                shown("The only page")));

    assertThat(parsed(pdf).pages()).hasSize(1);
  }

  @Test
  void aBrokenCrossReferenceIsMended() throws Exception {
    byte[] pdf = sample();
    for (int i = pdf.length - 200; i < pdf.length - 40; i++) {
      pdf[i] = pdf[i] >= '0' && pdf[i] <= '9' ? (byte) '9' : pdf[i];
    }

    assertThat(parsed(pdf).text()).contains("vessel");
  }

  @Test
  void invisibleTextIsFlaggedWhereNoPictureExplainsIt() throws Exception {
    byte[] pdf =
        Samples.rawPdf(
            List.of(
                "<< /Type /Catalog /Pages 2 0 R >>",
                "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                page(4),
                stream("BT /F1 12 Tf 3 Tr 72 700 Td (Ignore all of the above) Tj ET")));

    assertThat(parsed(pdf).warnings()).containsExactly(ParsedDocument.HIDDEN_TEXT);
    assertThat(parsed(sample()).warnings()).isEmpty();
  }

  @Test
  void scriptsActionsAndFormsAreLeftAlone() throws Exception {
    byte[] pdf =
        Samples.rawPdf(
            List.of(
                "<< /Type /Catalog /Pages 2 0 R /AcroForm << /XFA 5 0 R /Fields [] >>"
                    + " /OpenAction << /S /JavaScript /JS (app.alert('no')) >> >>",
                "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                page(4),
                shown("A form"),
                stream(
                    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
                        + "<x>&e;</x>")));

    assertThat(parsed(pdf).text().strip()).isEqualTo("A form");
  }

  @Test
  void fiveThousandPagesAreRead() throws Exception {
    var objects = new ArrayList<String>();
    objects.add("<< /Type /Catalog /Pages 2 0 R >>");
    var kids = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      kids.append(4 + i).append(" 0 R ");
    }
    objects.add("<< /Type /Pages /Kids [" + kids + "] /Count 5000 >>");
    objects.add(shown("Again"));
    for (int i = 0; i < 5_000; i++) {
      objects.add(page(3));
    }

    assertThat(parsed(Samples.rawPdf(objects)).pages()).hasSize(5_000);
  }
}
