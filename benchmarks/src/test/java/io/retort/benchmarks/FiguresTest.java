package io.retort.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiguresTest {
  @TempDir Path folder;

  private final Figures figures = new Figures();

  @Test
  void figuresWithinTheirTolerancesMeetWhatIsExpected() throws IOException {
    figures.addShare("recall", 80, 100);
    figures.addLatencies("search", List.of(1.0, 2.0, 3.0, 4.0, 100.0));
    Path expected =
        expected(
            """
            metrics:
              recall: {value: 0.82, tolerance: 0.03}
              search_p50_ms: {value: 3, tolerance: 0}
              search_p95_ms: {value: 100, tolerance: 0}
            """);

    assertThat(figures.meet(expected)).isTrue();
  }

  @Test
  void aFigureBeyondItsToleranceDoesNot() throws IOException {
    figures.addShare("recall", 78, 100);

    assertThat(figures.meet(expected("metrics:\n  recall: {value: 0.82, tolerance: 0.03}\n")))
        .isFalse();
  }

  @Test
  void aFigureThatWasNotMeasuredDoesNotAndNeitherDoesOneWithoutTolerance() throws IOException {
    figures.addShare("recall", 78, 100);

    assertThat(figures.meet(expected("metrics:\n  speed: {value: 1, tolerance: 9}\n"))).isFalse();
    assertThat(figures.meet(expected("metrics:\n  recall: {value: 0.78}\n"))).isFalse();
  }

  @Test
  void theMedianOfRunsIsTheirFigure() throws IOException {
    figures.addRuns("rate", List.of(5.0, 1.0, 3.0), "chunks/s");

    assertThat(figures.meet(expected("metrics:\n  rate: {value: 3, tolerance: 0}\n"))).isTrue();
  }

  @Test
  void nothingMeasuredIsNoFigure() {
    assertThatThrownBy(() -> figures.addLatencies("search", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Path expected(String yaml) throws IOException {
    return Files.writeString(folder.resolve("expected.yaml"), yaml);
  }
}
