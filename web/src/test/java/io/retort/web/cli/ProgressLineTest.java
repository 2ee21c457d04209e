package io.retort.web.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressLineTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private long now;

  private ProgressLine line(boolean interactive, boolean quiet, Map<String, String> environment) {
    var terminal =
        new Terminal(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            environment,
            interactive);
    return new ProgressLine(terminal, quiet, "Job", () -> now);
  }

  private void after(Duration duration) {
    now += duration.toNanos();
  }

  @Test
  void aPersonSeesABarThatIsDrawnAnew() {
    ProgressLine line = line(true, false, Map.of("TERM", "xterm"));
    after(Duration.ofSeconds(5));
    line.show(0.5, "1/2 documents");
    assertThat(err.toString(UTF_8))
        .isEqualTo("\r\u001b[KJob  ███████████░░░░░░░░░░░  1/2 documents · 5 s left");
    line.show(0.5, "not yet again");
    assertThat(err.toString(UTF_8)).doesNotContain("not yet again");
    after(Duration.ofSeconds(5));
    line.finish(1, "2/2 documents");
    assertThat(err.toString(UTF_8))
        .endsWith("\r\u001b[KJob  ██████████████████████  2/2 documents · 10 s\n");
  }

  @Test
  void aLogHasALineEachTenSeconds() {
    ProgressLine line = line(false, false, Map.of());
    for (int second = 0; second < 25; second++) {
      line.show(second / 25.0, second + "/25 documents");
      after(Duration.ofSeconds(1));
    }
    line.finish(1, "25/25 documents");
    assertThat(err.toString(UTF_8).lines())
        .containsExactly(
            "Job: 40 %, 10/25 documents · 15 s left",
            "Job: 80 %, 20/25 documents · 5 s left", "Job: 100 %, 25/25 documents · 25 s");
  }

  @Test
  void aTerminalThatCannotDrawHasLines() {
    ProgressLine line = line(true, false, Map.of("TERM", "dumb"));
    line.finish(1, "done");
    assertThat(err.toString(UTF_8)).isEqualTo("Job: 100 %, done · 0 s\n");
  }

  @Test
  void quietIsQuietAndResultsAreLeftAlone() {
    ProgressLine line = line(true, true, Map.of());
    after(Duration.ofSeconds(20));
    line.show(0.5, "half");
    line.finish(1, "all");
    assertThat(err.size()).isZero();
    assertThat(out.size()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "true, xterm, '', true",
    "true, xterm, 1, false",
    "true, dumb, '', false",
    "false, xterm, '', false"
  })
  void colourIsForPeopleWhoWantIt(
      boolean interactive, String term, String noColor, boolean coloured) {
    var terminal =
        new Terminal(
            new PrintStream(out),
            new PrintStream(err),
            Map.of("TERM", term, "NO_COLOR", noColor),
            interactive);
    assertThat(terminal.bold("x").equals("x")).isEqualTo(!coloured);
  }

  @Test
  void whatATerminalWouldObeyIsNotShown() {
    assertThat(Terminal.line(" a\u001b[2Jb\u202ec\n\td\u009b1m ")).isEqualTo("a[2Jbc d1m");
  }
}
