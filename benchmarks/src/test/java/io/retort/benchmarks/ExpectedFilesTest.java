package io.retort.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Every committed expectation says what it is about and how to measure it again. */
class ExpectedFilesTest {
  static Stream<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("expected"))) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void namesCorpusCommandAndMachineAndGivesEachValueATolerance(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file)) {
      Map<String, Object> expected =
          new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
      assertThat(expected).containsOnlyKeys("corpus", "command", "machine", "metrics");
      assertThat(expected.get("command").toString()).startsWith("benchmarks/");
      assertThat((Map<?, ?>) expected.get("metrics"))
          .isNotEmpty()
          .allSatisfy(
              (metric, entry) -> {
                Map<?, ?> values = (Map<?, ?>) entry;
                assertThat(values.keySet()).as("%s", metric).hasSize(2);
                assertThat(((Number) values.get("tolerance")).doubleValue()).isPositive();
                assertThat(values.get("value")).isInstanceOf(Number.class);
              });
    }
  }
}
