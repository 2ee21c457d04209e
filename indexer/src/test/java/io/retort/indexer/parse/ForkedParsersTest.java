package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.indexer.ParseOutcome;
import io.retort.indexer.ParsedDocument;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of every kind, through real forks with nothing but their own class path. */
class ForkedParsersTest {
  private static final ParseLimits LIMITS =
      new ParseLimits(
          2_000_000, 64L << 20, 1_000, Duration.ofSeconds(60), Duration.ofSeconds(120), 2);

  @TempDir static Path folder;

  private static ForkedParsers parsers;

  @BeforeAll
  static void open() throws Exception {
    parsers =
        ForkedParsers.open(
            new ForkSettings(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                ParserClassPath.ofThisJvm(),
                folder.resolve("forks in Zürich"),
                128,
                2,
                200));
  }

  @AfterAll
  static void close() {
    parsers.close();
  }

  private static ParseOutcome parse(byte[] content, String name, String declared) throws Exception {
    return parsers.parse(Samples.write(folder, content), name, declared, LIMITS);
  }

  private static ParseOutcome parse(byte[] content, String name) throws Exception {
    return parse(content, name, null);
  }

  private static ParsedDocument document(byte[] content, String name) throws Exception {
    ParseOutcome outcome = parse(content, name);
    assertThat(outcome).as(name).isInstanceOf(ParseOutcome.Parsed.class);
    return ((ParseOutcome.Parsed) outcome).document();
  }

  private static void assertReason(ParseOutcome outcome, Class<?> kind, String code) {
    assertThat(outcome).isInstanceOf(kind).extracting("reason.code").isEqualTo(code);
  }

  private static Map<String, byte[]> everyFormat() throws IOException {
    Map<String, byte[]> samples = new LinkedHashMap<>();
    samples.put(
        "application/pdf",
        Samples.pdf("T", List.of(List.of("A retort in a PDF document, with words."))));
    samples.put(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Samples.docx());
    samples.put(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Samples.pptx());
    samples.put(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Samples.xlsx());
    samples.put("application/rtf", Samples.rtf());
    samples.put("text/html", Samples.html("<p>A retort in a page of HTML, with words."));
    samples.put(
        "application/xml",
        "<?xml version='1.0'?><a>A retort in some XML, with words.</a>".getBytes(UTF_8));
    samples.put("text/plain", "A retort in a text.".getBytes(UTF_8));
    return samples;
  }

  @Test
  @Tag("IN-6")
  void everyFormatIsReadUnderAnyName() throws Exception {
    for (var sample : everyFormat().entrySet()) {
      for (String name : List.of("file", "file.pdf", "file.docx", "file.exe")) {
        assertThat(document(sample.getValue(), name).mediaType()).isEqualTo(sample.getKey());
      }
    }
  }

  @Test
  @Tag("IN-6")
  void theDeclaredTypeChangesNothingButTies() throws Exception {
    byte[] pdf = everyFormat().get("application/pdf");
    byte[] text = "A # b\n\nc".getBytes(UTF_8);

    assertThat(((ParseOutcome.Parsed) parse(pdf, "a.md", "text/html")).document().mediaType())
        .isEqualTo("application/pdf");
    assertThat(((ParseOutcome.Parsed) parse(text, "a", "text/markdown")).document().mediaType())
        .isEqualTo("text/markdown");
    assertThat(document(text, "a.md").mediaType()).isEqualTo("text/markdown");
    assertThat(document(text, "a.txt").mediaType()).isEqualTo("text/plain");
  }

  @Test
  @Tag("IN-2")
  void passwordsEncrypt() throws Exception {
    assertReason(parse(Samples.encryptedPdf("x"), "a"), ParseOutcome.Encrypted.class, "encrypted");
    assertReason(parse(Samples.encryptedDocx("x"), "a"), ParseOutcome.Encrypted.class, "encrypted");
  }

  @Test
  @Tag("IN-7")
  void fileWithoutTextIsNeverPlainlyParsed() throws Exception {
    var invalid = new byte[256 << 10];
    Arrays.fill(invalid, (byte) 0xFF);
    var noise = new byte[256 << 10];
    new Random(7).nextBytes(noise);

    assertReason(parse(new byte[0], "a.pdf"), ParseOutcome.NoText.class, "empty");
    assertReason(
        parse(" \n\t\u00A0\n".getBytes(UTF_8), "a.txt"), ParseOutcome.NoText.class, "empty");
    assertReason(parse(Samples.html("<p>Short."), "a"), ParseOutcome.NoText.class, "empty");
    assertReason(parse(Samples.imageOnlyPdf(), "a"), ParseOutcome.NoText.class, "image_only");
    assertReason(parse(png(), "a.png"), ParseOutcome.NoText.class, "image_only");
    assertReason(parse(invalid, "a.txt"), ParseOutcome.NoText.class, "charset");
    assertReason(parse(noise, "a.txt"), ParseOutcome.NoText.class, "charset");
    assertReason(parse(new byte[1_000], "a.txt"), ParseOutcome.NoText.class, "charset");
  }

  @Test
  @Tag("IN-7")
  void aNoteOfTenCharactersIsParsed() throws Exception {
    assertThat(document("Call Anna.".getBytes(UTF_8), "note.txt").text()).isEqualTo("Call Anna.");
    assertThat(document("Call Anna.".getBytes(UTF_8), "note.md").text()).isEqualTo("Call Anna.");
  }

  private static byte[] png() throws IOException {
    var out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB), "png", out);
    return out.toByteArray();
  }

  @Test
  void whatNobodyReadsIsUnsupported() throws Exception {
    var noise = new byte[10_000];
    new Random(7).nextBytes(noise);

    assertReason(parse(noise, "a.bin"), ParseOutcome.Unsupported.class, "unsupported");
    assertReason(
        parse(Samples.zip(Map.of("a.txt", new byte[9])), "a.docx"),
        ParseOutcome.Unsupported.class,
        "unsupported");
    assertReason(
        parse(Files.readAllBytes(Path.of(System.getProperty("java.home"), "bin", "java")), "a.pdf"),
        ParseOutcome.Unsupported.class,
        "unsupported");
  }

  @Test
  void damagedFilesFailWithAReason() throws Exception {
    byte[] docx = Samples.docx();
    byte[] pdf = "%PDF-1.7\n%\u00e2\u00e3\nnothing of a PDF".getBytes(StandardCharsets.ISO_8859_1);

    assertReason(
        parse("<?xml version='1.0'?><a>never ends".getBytes(UTF_8), "a"),
        ParseOutcome.Failed.class,
        "corrupt");
    assertReason(parse(pdf, "a"), ParseOutcome.Failed.class, "corrupt");
    assertThat(parse(Arrays.copyOf(docx, docx.length / 2), "a.docx"))
        .isInstanceOfAny(ParseOutcome.Failed.class, ParseOutcome.Unsupported.class);
  }

  @Test
  void aMissingFileSaysSo() throws Exception {
    assertReason(
        parsers.parse(folder.resolve("nowhere"), "a", null, LIMITS),
        ParseOutcome.Failed.class,
        "original_missing");
  }

  @Test
  @Tag("IN-9")
  void linksAreNotFollowed() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/etc/hostname"));

    assertReason(
        parsers.parse(link, "a", null, LIMITS), ParseOutcome.Failed.class, "original_missing");
  }

  @Test
  void textBeyondTheLimitIsCutAndSaidSo() throws Exception {
    byte[] text = "🌴 palms. ".repeat(300_000).getBytes(UTF_8);
    byte[] page = Samples.html("<p>" + "🌴 palms. ".repeat(300_000));

    for (byte[] content : List.of(text, page)) {
      ParseOutcome outcome = parse(content, "a");

      assertReason(outcome, ParseOutcome.Partial.class, "text_size");
      String kept = ((ParseOutcome.Partial) outcome).document().text();
      assertThat(kept.codePointCount(0, kept.length())).isEqualTo(LIMITS.characters());
    }
  }

  @Test
  @Tag("IN-1")
  void aBombIsALimitAndTheNextFileIsUnharmed() throws Exception {
    byte[] zeros = Samples.withEntry(Samples.docx(), "word/document.xml", new byte[80 << 20]);
    String run = "<w:p><w:r><w:t>" + "All work and no play. ".repeat(1_000) + "</w:t></w:r></w:p>";
    String body =
        "<w:document"
            + " xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>"
            + run.repeat(1_500)
            + "</w:body></w:document>";
    byte[] words = Samples.withEntry(Samples.docx(), "word/document.xml", body.getBytes(UTF_8));

    assertReason(parse(zeros, "a.docx"), ParseOutcome.Limit.class, "unpacked_size");
    assertReason(
        parsers.parse(Samples.write(folder, words), "a.docx", null, ParseLimits.DEFAULT),
        ParseOutcome.Limit.class,
        "unpacked_size");
    assertThat(document(Samples.docx(), "b.docx").text()).contains("unused leave days");
  }

  @Test
  @Tag("IN-2")
  void aPdfThatUnpacksBeyondTheHeapIsALimit() throws Exception {
    byte[] pdf = Samples.pdfOfOneString(140 << 20);

    assertThat(pdf.length).isLessThan(1 << 20);
    assertReason(parse(pdf, "a.pdf"), ParseOutcome.Limit.class, "parser_memory");
    assertThat(document(Samples.docx(), "b.docx").text()).contains("unused leave days");
  }

  @Test
  @Tag("IN-3")
  void entityAttacksEndAtOnce() throws Exception {
    var laughs = new StringBuilder("<?xml version='1.0'?><!DOCTYPE l [<!ENTITY l0 'ha'>");
    for (int i = 1; i < 30; i++) {
      laughs.append("<!ENTITY l%d '%s'>".formatted(i, ("&l" + (i - 1) + ";").repeat(10)));
    }
    byte[] content = laughs.append("]><l>&l29;</l>").toString().getBytes(UTF_8);

    long start = System.nanoTime();
    assertThat(parse(content, "a.xml")).isInstanceOf(ParseOutcome.Failed.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @Tag("IN-5")
  @CsvSource({
    "UTF-8, Größe und Maß: 25 °C",
    "UTF-16LE, Plain letters in wide units",
    "UTF-16BE, Plain letters in wide units",
    "windows-1252, Der Kühlwasserverbrauch beträgt täglich fünf Liter – “genau”.",
    "windows-1250, Płyn chłodzący wypływa z zbiornika przez wąską szyję do naczynia.",
    "windows-1251, Реторта — это сосуд для перегонки жидкостей и нагревания твёрдых веществ.",
    "KOI8-R, Реторта это сосуд для перегонки жидкостей и нагревания твёрдых веществ.",
    "ISO-8859-7, Το αποστακτήριο είναι ένα δοχείο για την απόσταξη υγρών και στερεών.",
    "windows-1255, הרטורטה היא כלי לזיקוק נוזלים ולחימום חומרים מוצקים במעבדה.",
    "Shift_JIS, レトルトは液体を蒸留するための容器です。実験室で使われます。",
    "EUC-JP, レトルトは液体を蒸留するための容器です。実験室で使われます。",
    "ISO-2022-JP, レトルトは液体を蒸留するための容器です。実験室で使われます。",
    "GB18030, 曲颈甑是一种用于蒸馏液体的容器，曾在实验室中广泛使用。",
    "Big5, 曲頸甑是一種用於蒸餾液體的容器，曾在實驗室中廣泛使用。",
    "EUC-KR, 레토르트는 액체를 증류하는 데 쓰이는 용기로 실험실에서 사용되었다.",
  })
  void charsetsAreFoundOverTheWholeFile(String charset, String words) throws Exception {
    // The telling letters come after a long beginning in ASCII.
    String text = "x = 1;\n".repeat(3_000) + (words + "\n").repeat(20);

    ParsedDocument document = document(text.getBytes(Charset.forName(charset)), "a.txt");

    assertThat(document.text().lines().skip(3_000).distinct()).containsExactly(words);
    assertThat(document.warnings()).isEmpty();
  }

  @ParameterizedTest
  @Tag("IN-5")
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void byteOrderMarksDecideAndAreNoText(String charset) throws Exception {
    byte[] marked = "\uFEFF漢字 and 🌴".getBytes(Charset.forName(charset));

    assertThat(document(marked, "a.txt").text()).isEqualTo("漢字 and 🌴");
  }

  @Test
  @Tag("IN-5")
  void brokenUtf8IsReplacedAndFlagged() throws Exception {
    byte[] text = ("Größe und Maß. ".repeat(20) + "#").getBytes(UTF_8);
    text[text.length - 1] = (byte) 0xC3;

    ParsedDocument document = document(text, "a.txt");

    assertThat(document.text()).endsWith("Maß. \uFFFD");
    assertThat(document.warnings()).containsExactly(ParsedDocument.INVALID_BYTES_REPLACED);
  }

  @Test
  @Tag("IN-5")
  void nulsAndOtherInvisiblesGoAndAreFlagged() throws Exception {
    ParsedDocument document =
        document("a\0b\u202Ec \uDB40\uDC41d\re\r\nf".getBytes(UTF_8), "a.txt");

    assertThat(document.text()).isEqualTo("abc d\ne\nf");
    assertThat(document.warnings()).containsExactly(ParsedDocument.INVISIBLE_CHARACTERS_REMOVED);
  }

  @Test
  @Tag("IN-5")
  void invisiblesInMarkupDoNotShiftItsHeadings() throws Exception {
    ParsedDocument document =
        document(
            Samples.html(
                "<p>\u202Ebefore&#x202E; it</p><h1>A \u2066he\u2069ad</h1>and words below"),
            "a");

    assertThat(document.headings().getFirst().span().of(document.text())).isEqualTo("A head");
  }

  @ParameterizedTest
  @Tag("IN-4")
  @CsvSource({
    "windows-1252, utf-8",
    "windows-1251, windows-1251",
    "UTF-8, windows-1252",
    "UTF-16LE, utf-8",
    "UTF-8, utf-7",
  })
  void aPageMayLieAboutItsCharset(String real, String declared) throws Exception {
    String words = real.equals("windows-1251") ? "Реторта это сосуд" : "Größe, Maß und Füße";
    String page =
        "<!DOCTYPE html><html><head><meta charset=\"%s\"></head><body><p>%s in a page of words.</p></body></html>"
            .formatted(declared, words);

    assertThat(document(page.getBytes(Charset.forName(real)), "a").text())
        .isEqualTo(words + " in a page of words.");
  }

  @Test
  void sparseTextIsFlagged() throws Exception {
    var content = new StringBuilder("<p>Twenty visible characters and some more.</p><!--");
    content.append("x".repeat(400_000)).append("-->");

    assertThat(document(Samples.html(content.toString()), "a").warnings())
        .containsExactly(ParsedDocument.TEXT_SPARSE);
  }

  /** Each change of a byte is one from which the service has to come back with a status. */
  @Test
  @Tag("IN-10")
  void mutatedFilesEndInAStatus() throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var samples = new ArrayList<>(everyFormat().values());
    long end = System.nanoTime() + Duration.ofSeconds(8).toNanos();
    int files = 0;
    while (System.nanoTime() < end) {
      byte[] content = samples.get(random.nextInt(samples.size())).clone();
      for (int i = 0; i < 1 + random.nextInt(20); i++) {
        content[random.nextInt(content.length)] = (byte) random.nextInt(256);
      }
      assertThat(parse(content, "a")).as("seed %d, file %d", seed, files).isNotNull();
      files++;
    }
    assertThat(files).isPositive();
  }
}
