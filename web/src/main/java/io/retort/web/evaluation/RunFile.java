package io.retort.web.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Runs as JSON. */
public final class RunFile {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .build();

  private RunFile() {}

  public static JsonNode tree(EvaluationRun run) {
    return JSON.valueToTree(run);
  }

  public static void write(EvaluationRun run, Path file) throws IOException {
    Files.write(file, bytes(run));
  }

  /** A run without its rows. */
  public static String figures(EvaluationRun run) {
    return JSON.writeValueAsString(run.withRows(List.of()));
  }

  /** The run of which {@link #figures} were written, without its rows. */
  public static EvaluationRun figures(String json) {
    return JSON.readValue(json, EvaluationRun.class);
  }

  /** As {@link #figures(String)}, with its rows. */
  public static EvaluationRun whole(String figures, List<Row> rows) {
    return figures(figures).withRows(rows);
  }

  public static byte[] bytes(EvaluationRun run) {
    return JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(run);
  }

  public static String row(Row row) {
    return JSON.writeValueAsString(row);
  }

  public static Row row(String json) {
    return JSON.readValue(json, Row.class);
  }

  /**
   * @throws IllegalArgumentException if the file is not a run of this format
   */
  public static EvaluationRun read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      return read(file.toString(), JSON.readTree(bytes));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          file + " is no evaluation run: " + e.getOriginalMessage(), e);
    }
  }

  /** As {@link #read(Path)}, of a document that has been read. */
  public static EvaluationRun read(String name, JsonNode document) {
    if (document.path("format").asInt(0) != EvaluationRun.FORMAT) {
      throw new IllegalArgumentException(
          "%s is no evaluation run of format %d, as retort eval --out writes"
              .formatted(name, EvaluationRun.FORMAT));
    }
    return JSON.treeToValue(document, EvaluationRun.class);
  }
}
