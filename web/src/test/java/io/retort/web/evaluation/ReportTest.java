package io.retort.web.evaluation;

import static io.retort.web.evaluation.Rows.answered;
import static io.retort.web.evaluation.Rows.declined;
import static io.retort.web.evaluation.Rows.neighbour;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportTest {
  private static final String HOSTILE =
      "<script>alert(1)</script>\"'& ]]> <img src=x onerror=alert(1)> \u0000\u202E\uD800 🌴";

  private static Document parsed(String html) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(html)));
  }

  private static EvaluationRun run() {
    EvaluationRun before =
        Runs.of("short", null, answered("a", false, 0.5), answered("b", true, 0.6));
    return Runs.of(
        "short",
        before,
        answered("a", true, 0.9),
        answered("b", true, 0.8),
        answered("c", false, 0.3),
        declined("d", false),
        declined("e", true));
  }

  @Test
  void thePageIsWellFormedAndHasItsPictures() throws Exception {
    Document page = parsed(Report.html(run()));
    List<String> pictures = new ArrayList<>();
    NodeList drawn = page.getElementsByTagName("svg");
    for (int i = 0; i < drawn.getLength(); i++) {
      pictures.add(drawn.item(i).getAttributes().getNamedItem("aria-label").getNodeValue());
    }
    assertThat(pictures)
        .containsExactly(
            "Differences with 95 % intervals",
            "Shares with 95 % intervals",
            "What became of the questions",
            "Reliability: confidence against success",
            "Risk and coverage",
            "Latency: share of answers within a time");
    assertThat(page.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("Evaluation of the collection handbook");
  }

  @Test
  void whatComesFromOutsideIsTextAndNothingElse() throws Exception {
    ReadNeighbour cited = neighbour(HOSTILE, HOSTILE);
    var question =
        new Question(HOSTILE, HOSTILE, List.of(HOSTILE), HOSTILE, List.of(), null, List.of(), -1);
    String html =
        Report.html(
            Runs.of(
                HOSTILE,
                Runs.of("short", null, Rows.row(question, Rows.said("x", 0.5, 1))),
                Rows.row(question, Rows.said(HOSTILE, 0.5, 10, cited), cited),
                Row.failed(Rows.question("f", "p", "a"), HOSTILE)));
    Document page = parsed(html);
    assertThat(page.getElementsByTagName("script").getLength()).isZero();
    assertThat(page.getElementsByTagName("img").getLength()).isZero();
    assertThat(html).doesNotContain("<script", "<img", "\u0000", "\u202E");
    assertThat(page.getDocumentElement().getTextContent())
        .contains("<script>alert(1)</script>\"'& ]]> <img src=x onerror=alert(1)> ��� 🌴");
  }

  @Test
  void thePageFetchesAndRunsNothing() throws Exception {
    String html = Report.html(run());
    assertThat(html)
        .contains("default-src 'none'".replace("'", "&#39;"))
        .doesNotContain("src=", "href=", "url(", "@import", "javascript:");
    NodeList all = parsed(html).getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      var attributes = all.item(i).getAttributes();
      for (int a = 0; a < attributes.getLength(); a++) {
        assertThat(attributes.item(a).getNodeName()).doesNotStartWith("on");
      }
    }
  }

  @Test
  void aLongRunShowsTheWorstFirst() throws Exception {
    Row[] rows = new Row[600];
    for (int i = 0; i < 600; i++) {
      rows[i] = answered("q%03d".formatted(i), i != 599, 0.9);
    }
    Document page = parsed(Report.html(Runs.of("short", null, rows)));
    NodeList tables = page.getElementsByTagName("table");
    NodeList lines = ((Element) tables.item(tables.getLength() - 1)).getElementsByTagName("tr");
    assertThat(lines.getLength()).isEqualTo(501);
    assertThat(lines.item(1).getTextContent()).startsWith("wrong").contains("q599");
  }

  @Test
  void axesEndAtRoundNumbers() {
    assertThat(Charts.nice(0.93)).isEqualTo(1);
    assertThat(Charts.nice(1)).isEqualTo(1);
    assertThat(Charts.nice(310)).isEqualTo(400);
    assertThat(Charts.nice(8_500)).isEqualTo(10_000);
  }
}
