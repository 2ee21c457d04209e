package io.retort.web.evaluation;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Figures that were measured once and must not move: a YAML file with {@code metrics}, each a
 * {@code value} and a {@code tolerance}, beside what says how they were measured.
 */
public final class Expectations {
  private final Map<String, Expected> metrics;

  private Expectations(Map<String, Expected> metrics) {
    this.metrics = metrics;
  }

  private record Expected(double value, double tolerance) {}

  /**
   * @throws IllegalArgumentException if the file is not of that form
   */
  public static Expectations read(Path file) throws IOException {
    Object document;
    try (Reader reader = Files.newBufferedReader(file)) {
      document = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
    } catch (YAMLException e) {
      throw new IllegalArgumentException(file + " is not YAML: " + e.getMessage(), e);
    }
    if (!(document instanceof Map<?, ?> fields)
        || !(fields.get("metrics") instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(file + " has no 'metrics'");
    }
    Map<String, Expected> metrics = new LinkedHashMap<>();
    map.forEach(
        (name, entry) ->
            metrics.put(
                String.valueOf(name),
                new Expected(number(entry, "value"), number(entry, "tolerance"))));
    return new Expectations(metrics);
  }

  /** What is missing is NaN, which nothing is within. */
  private static double number(@Nullable Object entry, String field) {
    return entry instanceof Map<?, ?> map && map.get(field) instanceof Number number
        ? number.doubleValue()
        : Double.NaN;
  }

  /** What was not measured or lies outside its tolerance, each as a line. */
  public List<String> misses(Map<String, Double> measured) {
    List<String> misses = new ArrayList<>();
    metrics.forEach(
        (name, expected) -> {
          Double found = measured.get(name);
          if (found == null || !(Math.abs(found - expected.value) <= expected.tolerance)) {
            misses.add(
                String.format(
                    Locale.ROOT,
                    "NOT AS EXPECTED %s: %s, expected %s ± %s",
                    name,
                    found,
                    expected.value,
                    expected.tolerance));
          }
        });
    return misses;
  }
}
