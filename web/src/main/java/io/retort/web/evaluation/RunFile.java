package io.retort.web.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    byte[] bytes = JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(run);
    Files.write(file, bytes);
  }

  /**
   * @throws IllegalArgumentException if the file is not a run of this format
   */
  public static EvaluationRun read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      JsonNode document = JSON.readTree(bytes);
      if (document.path("format").asInt(0) != EvaluationRun.FORMAT) {
        throw new IllegalArgumentException(
            "%s is no evaluation run of format %d, as retort eval --out writes"
                .formatted(file, EvaluationRun.FORMAT));
      }
      return JSON.treeToValue(document, EvaluationRun.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          file + " is no evaluation run: " + e.getOriginalMessage(), e);
    }
  }
}
