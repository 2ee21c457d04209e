package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.pdfbox.pdmodel.graphics.image.LosslessFactory;
import org.apache.poi.poifs.crypt.EncryptionInfo;
import org.apache.poi.poifs.crypt.EncryptionMode;
import org.apache.poi.poifs.filesystem.POIFSFileSystem;
import org.apache.poi.xslf.usermodel.XMLSlideShow;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;
import org.apache.poi.xwpf.usermodel.XWPFDocument;
import org.apache.poi.xwpf.usermodel.XWPFParagraph;
import org.apache.poi.xwpf.usermodel.XWPFStyle;
import org.openxmlformats.schemas.wordprocessingml.x2006.main.CTStyle;
import org.openxmlformats.schemas.wordprocessingml.x2006.main.STStyleType;

/** Files of every format, made on the spot. */
final class Samples {
  private Samples() {}

  /** A page for each list of lines. */
  static byte[] pdf(String title, List<List<String>> pages) throws IOException {
    return pdf(title, pages, null);
  }

  static byte[] encryptedPdf(String password) throws IOException {
    return pdf("Secret", List.of(List.of("Nobody reads this without the password.")), password);
  }

  private static byte[] pdf(String title, List<List<String>> pages, String password)
      throws IOException {
    try (var document = new PDDocument()) {
      document.getDocumentInformation().setTitle(title);
      var font = new PDType1Font(Standard14Fonts.FontName.HELVETICA);
      for (List<String> lines : pages) {
        var page = new PDPage();
        document.addPage(page);
        try (var content = new PDPageContentStream(document, page)) {
          content.beginText();
          content.setFont(font, 12);
          content.setLeading(14);
          content.newLineAtOffset(72, 700);
          for (String line : lines) {
            content.showText(line);
            content.newLine();
          }
          content.endText();
        }
      }
      if (password != null) {
        var policy = new StandardProtectionPolicy("owner", password, new AccessPermission());
        policy.setEncryptionKeyLength(256);
        document.protect(policy);
      }
      return saved(document);
    }
  }

  static byte[] imageOnlyPdf() throws IOException {
    try (var document = new PDDocument()) {
      var page = new PDPage();
      document.addPage(page);
      var image = new BufferedImage(200, 200, BufferedImage.TYPE_INT_RGB);
      image.createGraphics().drawString("A scanned sentence.", 20, 100);
      try (var content = new PDPageContentStream(document, page)) {
        content.drawImage(LosslessFactory.createFromImage(document, image), 72, 400);
      }
      return saved(document);
    }
  }

  /** A page that shows one string of so many letters; packed it is small. */
  static byte[] pdfOfOneString(int letters) throws IOException {
    try (var document = new PDDocument()) {
      var page = new PDPage();
      document.addPage(page);
      var stream = new PDStream(document);
      try (var content = stream.createOutputStream(COSName.FLATE_DECODE)) {
        content.write('(');
        byte[] piece = "a".repeat(1 << 20).getBytes(UTF_8);
        for (int i = 0; i < letters >> 20; i++) {
          content.write(piece);
        }
        content.write(") Tj".getBytes(UTF_8));
      }
      page.setContents(stream);
      return saved(document);
    }
  }

  private static byte[] saved(PDDocument document) throws IOException {
    var bytes = new ByteArrayOutputStream();
    document.save(bytes);
    return bytes.toByteArray();
  }

  /** A PDF from its objects, which are numbered from 1; the first is the catalogue. */
  static byte[] rawPdf(List<String> objects) {
    var pdf = new StringBuilder("%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n");
    var offsets = new StringBuilder("0000000000 65535 f \n");
    for (int i = 0; i < objects.size(); i++) {
      offsets.append("%010d 00000 n \n".formatted(pdf.length()));
      pdf.append(i + 1).append(" 0 obj\n").append(objects.get(i)).append("\nendobj\n");
    }
    int start = pdf.length();
    pdf.append("xref\n0 ").append(objects.size() + 1).append('\n').append(offsets);
    pdf.append("trailer\n<< /Size ").append(objects.size() + 1).append(" /Root 1 0 R >>\n");
    pdf.append("startxref\n").append(start).append("\n%%EOF\n");
    return pdf.toString().getBytes(ISO_8859_1);
  }

  static byte[] docx() throws IOException {
    try (var document = new XWPFDocument()) {
      document.getProperties().getCoreProperties().setTitle("Leave policy");
      heading(document, "Carrying over leave");
      document
          .createParagraph()
          .createRun()
          .setText("Employees may carry over up to five unused leave days.");
      var table = document.createTable(2, 2);
      table.getRow(0).getCell(0).setText("Grade");
      table.getRow(0).getCell(1).setText("Days");
      table.getRow(1).getCell(0).setText("Senior");
      table.getRow(1).getCell(1).setText("Thirty");
      heading(document, "Expiry");
      document.createParagraph().createRun().setText("Carried days expire on 31 March.");
      var bytes = new ByteArrayOutputStream();
      document.write(bytes);
      return bytes.toByteArray();
    }
  }

  private static void heading(XWPFDocument document, String words) {
    if (document.getStyles() == null) {
      var style = CTStyle.Factory.newInstance();
      style.setStyleId("Heading1");
      style.addNewName().setVal("heading 1");
      style.setType(STStyleType.PARAGRAPH);
      document.createStyles().addStyle(new XWPFStyle(style));
    }
    XWPFParagraph paragraph = document.createParagraph();
    paragraph.setStyle("Heading1");
    paragraph.createRun().setText(words);
  }

  static byte[] encryptedDocx(String password) throws Exception {
    try (var file = new POIFSFileSystem()) {
      var encryptor = new EncryptionInfo(EncryptionMode.agile).getEncryptor();
      encryptor.confirmPassword(password);
      try (var out = encryptor.getDataStream(file)) {
        out.write(docx());
      }
      var bytes = new ByteArrayOutputStream();
      file.writeFilesystem(bytes);
      return bytes.toByteArray();
    }
  }

  static byte[] pptx() throws IOException {
    try (var show = new XMLSlideShow()) {
      for (String words :
          List.of("The first slide is about storage.", "The second is about rent.")) {
        show.createSlide().createTextBox().setText(words);
      }
      var bytes = new ByteArrayOutputStream();
      show.write(bytes);
      return bytes.toByteArray();
    }
  }

  static byte[] xlsx() throws IOException {
    try (var book = new XSSFWorkbook()) {
      var sheet = book.createSheet("Prices");
      var head = sheet.createRow(0);
      head.createCell(0).setCellValue("Article");
      head.createCell(1).setCellValue("Price");
      var row = sheet.createRow(1);
      row.createCell(0).setCellValue("Copper retort");
      row.createCell(1).setCellValue(249);
      var bytes = new ByteArrayOutputStream();
      book.write(bytes);
      return bytes.toByteArray();
    }
  }

  /** A copy of a package with one entry exchanged. */
  static byte[] withEntry(byte[] zip, String name, byte[] content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var in = new ZipInputStream(new ByteArrayInputStream(zip));
        var out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        if (entry.getName().equals(name)) {
          out.write(content);
        } else {
          in.transferTo(out);
        }
      }
    }
    return bytes.toByteArray();
  }

  static byte[] zip(Map<String, byte[]> entries) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ZipOutputStream(bytes)) {
      for (var entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  static byte[] rtf() {
    return "{\\rtf1\\ansi{\\info{\\title Stills}} A retort is a vessel.\\par It distils liquids.}"
        .getBytes(UTF_8);
  }

  static byte[] html(String body) {
    return ("<!DOCTYPE html><html><head><title>A page</title></head><body>"
            + body
            + "</body></html>")
        .getBytes(UTF_8);
  }

  static Path write(Path folder, byte[] content) throws IOException {
    return Files.write(Files.createTempFile(folder, "sample", ""), content);
  }
}
