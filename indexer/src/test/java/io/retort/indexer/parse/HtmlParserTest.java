package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.indexer.ParsedDocument;
import io.retort.indexer.parse.html.HtmlParser;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IN-4")
class HtmlParserTest extends DocumentParserContract {
  @Override
  DocumentParser parser() {
    return new HtmlParser();
  }

  @Override
  String mediaType() {
    return "text/html";
  }

  @Override
  byte[] sample() {
    return """
    <!DOCTYPE html>
    <html><head><title>Leave  policy</title><style>p { color: red }</style></head>
    <body><h1>Leave
       policy</h1><p>Employees may <b>carry</b> over<br>five days.</p>
    <script>alert("no")</script>
    <h2>Table</h2><table><tr><th>Grade<th>Days<tr><td>Senior<td>Thirty</table>
    <ul><li>First item<li>Second item</ul>
    <pre>two  spaces
    kept</pre></body></html>
    """
        .getBytes(UTF_8);
  }

  @Override
  List<String> words() {
    return List.of(
        "Leave policy\n\nEmployees may carry over\nfive days.\n\n",
        "Table\n\nGrade\tDays\nSenior\tThirty\n\n",
        "First item\nSecond item\n\n",
        "two  spaces\nkept");
  }

  @Override
  String title() {
    return "Leave policy";
  }

  @Override
  List<String> headings() {
    return List.of("Leave policy", "Table");
  }

  @Test
  void scriptsAndStylesAreNoText() throws Exception {
    assertThat(parsed(sample()).text()).doesNotContain("alert").doesNotContain("color");
  }

  @Test
  void hiddenWordsAreFlagged() throws Exception {
    for (String hiding :
        List.of("hidden", "style='display: none'", "style='color:red;FONT-SIZE:0px'")) {
      ParsedDocument document =
          parsed(Samples.html("<p>Seen.</p><div " + hiding + ">Unseen.</div>"));

      assertThat(document.warnings()).as(hiding).containsExactly(ParsedDocument.HIDDEN_TEXT);
    }
    assertThat(
            parsed(Samples.html("<p style='font-size:0.9em'>Seen.</p><p hidden></p>")).warnings())
        .isEmpty();
  }

  @Test
  void nestingWithoutEndLosesNoWord() throws Exception {
    var body = new StringBuilder();
    for (int i = 0; i < 200_000; i++) {
      body.append("<div>");
      if (i % 1_000 == 0) {
        body.append("word").append(i).append(' ');
      }
    }

    String text = parsed(Samples.html(body.toString())).text();

    for (int i = 0; i < 200_000; i += 1_000) {
      assertThat(text).contains("word" + i);
    }
  }

  @Test
  void aTableOfAHundredThousandRowsIsAllThere() throws Exception {
    var table = new StringBuilder("<table>");
    for (int i = 0; i < 100_000; i++) {
      table.append("<tr><td>row").append(i).append("<td>").append(i * 7);
    }

    String text = parsed(Samples.html(table.append("</table>").toString())).text();

    assertThat(text.lines()).hasSize(100_000);
    assertThat(text).startsWith("row0\t0\nrow1\t7\n").endsWith("row99999\t699993");
  }

  @Test
  void anAttributeOfTenMegabytesIsNoText() throws Exception {
    String body = "<p title='" + "x".repeat(10_000_000) + "'>Short.</p>";

    assertThat(parsed(Samples.html(body)).text()).isEqualTo("Short.");
  }

  @Test
  void linksAndDataUrlsAreNeitherFollowedNorText() throws Exception {
    String body =
        "<a href='javascript:alert(1)'>here</a> <iframe src='http://127.0.0.1:1/'></iframe>"
            + "<img src='data:image/png;base64,AAAA' alt='x'> and there";

    assertThat(parsed(Samples.html(body)).text()).isEqualTo("here and there");
  }
}
