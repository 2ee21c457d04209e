package io.retort.web.fakes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.pdmodel.interactive.action.PDActionJavaScript;
import org.apache.pdfbox.pdmodel.interactive.action.PDActionURI;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationLink;
import org.apache.pdfbox.util.Matrix;

/**
 * A PDF with what makes places hard: its first page has no words, its second is turned and cropped.
 * It would also run a script and lead elsewhere, if it were let.
 */
public final class PaperPdf {
  private PaperPdf() {}

  /** With these lines on its second page, below each other. */
  public static byte[] of(List<String> lines) throws IOException {
    try (var pdf = new PDDocument()) {
      var cover = new PDPage(PDRectangle.A4);
      pdf.addPage(cover);
      try (var content = new PDPageContentStream(pdf, cover)) {
        content.addRect(100, 300, 400, 300);
        content.fill();
      }
      var page = new PDPage(new PDRectangle(600, 800));
      page.setRotation(90);
      page.setCropBox(new PDRectangle(50, 40, 500, 700));
      pdf.addPage(page);
      try (var content = new PDPageContentStream(pdf, page)) {
        content.beginText();
        content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 14);
        for (int i = 0; i < lines.size(); i++) {
          // Upwards along the page, so from left to right once it is turned.
          content.setTextMatrix(Matrix.getRotateInstance(Math.PI / 2, 150 + 20 * i, 100));
          content.showText(lines.get(i));
        }
        content.endText();
      }
      var elsewhere = new PDActionURI();
      elsewhere.setURI("https://example.com/");
      var link = new PDAnnotationLink();
      link.setRectangle(new PDRectangle(50, 40, 500, 700));
      link.setAction(elsewhere);
      page.getAnnotations().add(link);
      pdf.getDocumentCatalog().setOpenAction(new PDActionJavaScript("app.alert('odd')"));
      var out = new ByteArrayOutputStream();
      pdf.save(out);
      return out.toByteArray();
    }
  }
}
