package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.indexer.ParsedDocument;
import io.retort.indexer.parse.office.OfficeParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IN-1")
@Tag("IN-3")
class OfficeParserTest extends DocumentParserContract {
  private static final String OOXML = "application/vnd.openxmlformats-officedocument.";

  @Override
  DocumentParser parser() {
    return new OfficeParser();
  }

  @Override
  String mediaType() {
    return OOXML + "wordprocessingml.document";
  }

  @Override
  byte[] sample() throws IOException {
    return Samples.docx();
  }

  @Override
  List<String> words() {
    return List.of(
        "Carrying over leave\n\nEmployees may carry over up to five unused leave days.\n\n",
        "Grade\tDays\nSenior\tThirty\n\n",
        "Expiry\n\nCarried days expire on 31 March.");
  }

  @Override
  String title() {
    return "Leave policy";
  }

  @Override
  List<String> headings() {
    return List.of("Carrying over leave", "Expiry");
  }

  private String read(byte[] content, String type) throws Exception {
    var sink = new RecordingSink();
    parser().parse(source(content, type), sink);
    return sink.document().text();
  }

  @Test
  void slidesSheetsAndRichTextAreRead() throws Exception {
    assertThat(read(Samples.pptx(), OOXML + "presentationml.presentation"))
        .containsSubsequence("first slide is about storage", "second is about rent");
    assertThat(read(Samples.xlsx(), OOXML + "spreadsheetml.sheet"))
        .isEqualTo("Prices\n\nArticle\tPrice\nCopper retort\t249");
    assertThat(read(Samples.rtf(), "application/rtf"))
        .isEqualTo("A retort is a vessel.\n\nIt distils liquids.");
  }

  @Test
  void entitiesInsideAPackageReachNothing() throws Exception {
    Path canary = Files.writeString(folder.resolve("canary"), "the canary's words");
    String body =
        "<?xml version='1.0'?><!DOCTYPE w:document [<!ENTITY x SYSTEM '%s'>]>"
                .formatted(canary.toUri())
            + "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
            + "<w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>";
    byte[] content = Samples.withEntry(sample(), "word/document.xml", body.getBytes(UTF_8));
    var sink = new RecordingSink();
    try {
      parser().parse(source(content), sink);
    } catch (IOException e) {
      assertThat(e).isNotNull(); // refusing it is as good as reading nothing from it
    }

    assertThat(sink.document().text()).doesNotContain("canary");
  }

  @Test
  void wordsThatWordDoesNotShowAreFlagged() throws Exception {
    String body =
        "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
            + "<w:body><w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Unseen words.</w:t></w:r></w:p>"
            + "</w:body></w:document>";
    byte[] content = Samples.withEntry(sample(), "word/document.xml", body.getBytes(UTF_8));

    assertThat(parsed(content).warnings()).containsExactly(ParsedDocument.HIDDEN_TEXT);
    assertThat(parsed(sample()).warnings()).isEmpty();
  }

  @Test
  void tooManyEntriesAreALimit() throws Exception {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    for (int i = 0; i < 10_001; i++) {
      entries.put("word/" + i, new byte[0]);
    }

    assertLimit(Samples.zip(entries), "archive_entries");
  }

  @Test
  void unpackedBytesAreCountedAndNotBelieved() throws Exception {
    byte[] bomb = Samples.zip(Map.of("word/document.xml", new byte[200 << 20]));
    var source = new SourceFile(Samples.write(folder, bomb), mediaType(), null, 100 << 20, 10_000);

    assertThat(bomb.length).isLessThan(1 << 20);
    assertThatThrownBy(() -> parser().parse(source, new RecordingSink()))
        .isInstanceOfSatisfying(
            DocumentRefusedException.class,
            e -> assertThat(e.verdict().code()).isEqualTo("unpacked_size"));
  }

  private void assertLimit(byte[] content, String code) throws IOException {
    SourceFile source = source(content);
    assertThatThrownBy(() -> parser().parse(source, new RecordingSink()))
        .isInstanceOfSatisfying(
            DocumentRefusedException.class,
            e -> {
              assertThat(e.verdict().kind()).isEqualTo(Verdict.Kind.LIMIT);
              assertThat(e.verdict().code()).isEqualTo(code);
            });
  }
}
