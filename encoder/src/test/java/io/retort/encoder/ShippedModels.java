package io.retort.encoder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The models and golden files of the repository, as seen from a module's folder. */
public final class ShippedModels {
  private static final Path DATA = Path.of("..", "data");

  private ShippedModels() {}

  public static Path folder() {
    return DATA.resolve("models");
  }

  /** The folder with what this module opens: retrieval encoder and both tokenizers. */
  public static ModelDirectory open() {
    return ModelDirectory.open(
        folder(),
        Set.of(
            ModelRole.RETRIEVAL_ENCODER,
            ModelRole.RETRIEVAL_TOKENIZER,
            ModelRole.DECODER_TOKENIZER));
  }

  public static JsonNode golden(String name) {
    try {
      return JsonMapper.shared().readTree(Files.readAllBytes(DATA.resolve("golden").resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
