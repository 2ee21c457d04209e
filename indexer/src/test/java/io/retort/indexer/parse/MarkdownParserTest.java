package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.retort.indexer.parse.markdown.MarkdownParser;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownParserTest extends DocumentParserContract {
  @Override
  DocumentParser parser() {
    return new MarkdownParser();
  }

  @Override
  String mediaType() {
    return "text/markdown";
  }

  @Override
  byte[] sample() {
    return """
    # The *old* `retort`

    It is a [vessel](https://example.org "title") for
    **distilling** ![a still](still.png) &amp; more \\*.

    Parts
    -----

    - bulb
    - neck
      bent down

    | part | use |
    |------|-----|
    | neck | cools |

    ```java
    int  temperature;
    ```

    > Quoted words.

    <div>Raw <b>markup</b></div>
    """
        .getBytes(UTF_8);
  }

  @Override
  List<String> words() {
    return List.of(
        "The old retort\n\nIt is a vessel for distilling a still & more *.\n\n",
        "Parts\n\nbulb\nneck bent down\n\n",
        "part\tuse\nneck\tcools\n\n",
        "int  temperature;\n\n",
        "Quoted words.\n\n",
        "Raw markup");
  }

  @Override
  String title() {
    return "The old retort";
  }

  @Override
  List<String> headings() {
    return List.of("The old retort", "Parts");
  }

  @Test
  void frontMatterGivesTheTitleAndIsNoText() throws Exception {
    var document =
        parsed("---\ntitle: \"Quoted\"\ntags: [a]\n---\n# Head\n\nText.\n".getBytes(UTF_8));

    assertThat(document.title()).isEqualTo("Quoted");
    assertThat(document.text()).isEqualTo("Head\n\nText.");
  }

  @Test
  void aRuleAtTheStartIsNoFrontMatter() throws Exception {
    assertThat(parsed("---\n\nText without end of matter.\n".getBytes(UTF_8)).text())
        .isEqualTo("Text without end of matter.");
  }

  @Test
  void withoutHeadingThereIsNoTitle() throws Exception {
    assertThat(parsed("Just text.".getBytes(UTF_8)).title()).isNull();
  }

  @Test
  void hostileNestingTakesLinearTime() {
    for (String evil : List.of(">", "- ", "[", "![", "*a ", "**a ", "`", "<", "\\", "a_b ", "(")) {
      assertTimeoutPreemptively(
          Duration.ofSeconds(60),
          () -> parsed((evil.repeat(5_000) + "\nend\n").repeat(3).getBytes(UTF_8)),
          evil);
    }
  }
}
