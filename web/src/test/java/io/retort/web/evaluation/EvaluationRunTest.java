package io.retort.web.evaluation;

import static io.retort.web.evaluation.Rows.answered;
import static io.retort.web.evaluation.Rows.declined;
import static io.retort.web.evaluation.Rows.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.retort.web.evaluation.EvaluationRun.Reliability;
import io.retort.web.evaluation.EvaluationRun.RiskCoverage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationRunTest {
  private static final Row FAILED = Row.failed(question("f", "a.txt", "x"), "it broke");

  @TempDir private Path folder;

  @Test
  void aRunCountsItsQuestions() {
    EvaluationRun run =
        Runs.of("short", null, answered("a", true, 0.9), declined("b", false), FAILED);
    assertThat(run.counts()).isEqualTo(new EvaluationRun.Counts(3, 2, 1, 1, 1, 0));
    assertThat(run.seconds()).isEqualTo(30);
    assertThat(run.complete()).isFalse();
    assertThat(run.metrics().get("em")).isEqualTo(1.0);
    assertThat(run.intervals().get("em").n()).isOne();
    assertThat(run.metrics()).doesNotContainKey("knock_out_agreement");
  }

  @Test
  void aRunOfNothingButFailuresMeasuresNothing() {
    EvaluationRun run = Runs.of("short", null, FAILED);
    assertThat(run.metrics()).isEmpty();
    assertThat(run.riskCoverage()).isEmpty();
    assertThat(Report.html(run)).contains("1 of the questions failed");
  }

  @Test
  void aHigherThresholdLeavesLess() {
    EvaluationRun run =
        Runs.of(
            "short",
            null,
            answered("a", true, 0.95),
            answered("b", false, 0.5),
            declined("c", true),
            declined("d", false));
    assertThat(run.riskCoverage()).hasSize(20);
    assertThat(run.riskCoverage().get(10)).isEqualTo(new RiskCoverage(0.5, 0.5, 0.5));
    assertThat(run.riskCoverage().get(11)).isEqualTo(new RiskCoverage(0.55, 0.25, 0));
  }

  @Test
  void binsHoldConfidenceBesideSuccess() {
    List<Reliability> bins =
        Runs.of(
                "short",
                null,
                answered("a", true, 0.72),
                answered("b", false, 0.78),
                declined("c", true))
            .reliability();
    assertThat(bins).hasSize(1);
    assertThat(bins.getFirst().from()).isEqualTo(0.7);
    assertThat(bins.getFirst().count()).isEqualTo(2);
    assertThat(bins.getFirst().confidence()).isCloseTo(0.75, within(1e-12));
    assertThat(bins.getFirst().right()).isEqualTo(0.5);
  }

  @Test
  void aFileHoldsAllOfIt() throws IOException {
    EvaluationRun before = Runs.of("short", null, answered("a", false, 0.5));
    EvaluationRun run =
        Runs.of("short", before, answered("a", true, 0.9), declined("b", false), FAILED);
    Path file = folder.resolve("run.json");
    RunFile.write(run, file);
    assertThat(RunFile.read(file)).isEqualTo(run);
    assertThat(Files.readString(file)).contains("\"finished_at\" : \"2026-11-25T09:00:30Z\"");
  }

  @Test
  void whatIsNoRunIsNotReadAsOne() throws IOException {
    Path file = folder.resolve("run.json");
    for (String text : List.of("{}", "[1]", "{\"format\": 1}", "not json", "{\"format\": 2}")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> RunFile.read(file))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("run.json");
    }
  }

  @Test
  void twoRunsAreComparedOverWhatBothHave() {
    EvaluationRun before =
        Runs.of(
            "short",
            null,
            answered("a", false, 0.5),
            answered("b", true, 0.5),
            answered("old", true, 0.5),
            Row.failed(question("c", "a.txt", "five"), "broke"));
    Comparison comparison =
        Runs.of(
                "sentence",
                before,
                answered("a", true, 0.9),
                answered("b", true, 0.9),
                answered("c", true, 0.9),
                answered("new", true, 0.9))
            .comparison();
    assertThat(comparison.common()).isEqualTo(2);
    assertThat(comparison.onlyNow()).isEqualTo(2);
    assertThat(comparison.onlyBefore()).isEqualTo(1);
    assertThat(comparison.gained()).containsExactly("a");
    assertThat(comparison.lost()).isEmpty();
    assertThat(comparison.changes()).containsExactly("style: sentence, before: short");
    Comparison.Difference em = comparison.differences().get("em");
    assertThat(em.difference()).isEqualTo(0.5);
    assertThat(em.low()).isZero();
    assertThat(em.clear()).isFalse();
  }

  @Test
  void anotherQuestionUnderTheSameIdIsAnotherQuestion() {
    Row row = answered("a", true, 0.9);
    var other =
        new Question("a", "Something else?", List.of("five"), null, List.of(), null, List.of(), -1);
    EvaluationRun before = Runs.of("short", null, Rows.row(other, Rows.said("five", 0.9, 1)));
    Comparison comparison = Runs.of("short", before, row).comparison();
    assertThat(comparison.common()).isZero();
    assertThat(comparison.differences()).isEmpty();
  }
}
