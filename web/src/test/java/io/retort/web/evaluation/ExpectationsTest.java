package io.retort.web.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpectationsTest {
  @TempDir private Path folder;

  private List<String> misses(String yaml, Map<String, Double> measured) throws IOException {
    return Expectations.read(Files.writeString(folder.resolve("e.yaml"), yaml)).misses(measured);
  }

  @Test
  void aToleranceIsToBothSidesAndIncluded() throws IOException {
    String yaml = "metrics:\n  em: {value: 0.5, tolerance: 0.25}\n";
    assertThat(misses(yaml, Map.of("em", 0.25, "f1", 0.1))).isEmpty();
    assertThat(misses(yaml, Map.of("em", 0.75))).isEmpty();
    assertThat(misses(yaml, Map.of("em", 0.24)))
        .containsExactly("NOT AS EXPECTED em: 0.24, expected 0.5 ± 0.25");
    assertThat(misses(yaml, Map.of("em", 0.76))).hasSize(1);
  }

  @Test
  void whatIsMissingIsNotAsExpected() throws IOException {
    assertThat(misses("metrics:\n  em: {value: 0.5, tolerance: 0.25}\n", Map.of())).hasSize(1);
    assertThat(misses("metrics:\n  em: {value: 0.5}\n", Map.of("em", 0.5))).hasSize(1);
    assertThat(misses("metrics:\n  em: 0.5\n", Map.of("em", 0.5))).hasSize(1);
  }

  @Test
  void anotherFileIsNotTakenForOne() {
    assertThatThrownBy(() -> misses("corpus: x\n", Map.of())).hasMessageContaining("no 'metrics'");
    assertThatThrownBy(() -> misses("a: [", Map.of())).hasMessageContaining("is not YAML");
  }
}
