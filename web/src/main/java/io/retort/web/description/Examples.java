package io.retort.web.description;

import io.retort.web.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Requests and responses of operations, by operation id, as the description shows them. */
final class Examples {
  private static final String FILE = "examples.json";

  private final JsonNode byOperation;

  private Examples(JsonNode byOperation) {
    this.byOperation = byOperation;
  }

  static Examples bundled() {
    try (InputStream in = Examples.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is missing in the program");
      }
      return new Examples(JsonText.parse(in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Nullable JsonNode request(String operation) {
    return byOperation.path(operation).get("request");
  }

  @Nullable JsonNode response(String operation) {
    return byOperation.path(operation).get("response");
  }
}
