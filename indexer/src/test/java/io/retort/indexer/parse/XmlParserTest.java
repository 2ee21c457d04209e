package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.indexer.parse.xml.XmlParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IN-3")
class XmlParserTest extends DocumentParserContract {
  @Override
  DocumentParser parser() {
    return new XmlParser();
  }

  @Override
  String mediaType() {
    return "application/xml";
  }

  @Override
  byte[] sample() {
    return "<?xml version=\"1.0\"?><list><item id='no'>First &amp; foremost</item>\n  <item>then <b>bold</b>"
        .concat(" words</item></list>")
        .getBytes(UTF_8);
  }

  @Override
  List<String> words() {
    return List.of("First & foremost\n", "then", "bold", "words");
  }

  @Override
  String title() {
    return null;
  }

  @Override
  List<String> headings() {
    return List.of();
  }

  @Test
  void aDocumentTypeIsRefusedWhateverItSays() throws Exception {
    Path canary = Files.writeString(folder.resolve("canary"), "the canary's words");
    for (String type :
        List.of(
            "<!DOCTYPE a [<!ENTITY x SYSTEM '" + canary.toUri() + "'>]><a>&x;</a>",
            "<!DOCTYPE a [<!ENTITY % x SYSTEM '" + canary.toUri() + "'> %x;]><a>b</a>",
            "<!DOCTYPE a SYSTEM '" + canary.toUri() + "'><a>b</a>",
            "<!DOCTYPE a [<!ENTITY l 'lol'><!ENTITY m '&l;&l;&l;&l;'>]><a>&m;</a>")) {
      var sink = new RecordingSink();
      SourceFile source = source(("<?xml version='1.0'?>" + type).getBytes(UTF_8));

      assertThatThrownBy(() -> parser().parse(source, sink))
          .isInstanceOf(DocumentRefusedException.class);
      assertThat(sink.document().text()).isEmpty();
    }
  }

  @Test
  void deepNestingIsALimit() throws Exception {
    SourceFile source = source(("<?xml version='1.0'?>" + "<a>".repeat(200_000)).getBytes(UTF_8));

    assertThatThrownBy(() -> parser().parse(source, new RecordingSink()))
        .isInstanceOfSatisfying(
            DocumentRefusedException.class,
            e -> assertThat(e.verdict().code()).isEqualTo("nesting_depth"));
  }

  @Test
  void anOutsideCharsetOverrulesTheDeclaration() throws Exception {
    byte[] content = "\uFEFF<?xml version='1.0' encoding='UTF-16'?><a>Zürich</a>".getBytes(UTF_8);

    assertThat(parsed(content).text()).isEqualTo("Zürich");
  }
}
