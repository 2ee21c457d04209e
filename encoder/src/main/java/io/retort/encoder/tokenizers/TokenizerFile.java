package io.retort.encoder.tokenizers;

import io.retort.encoder.ModelIntegrityException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A {@code tokenizer.json} taken apart: the model that turns text into ordinary tokens, and the
 * special tokens, which are kept aside so that text cannot name them. Stock tokenizers look for
 * special tokens inside the text before anything else; without the list there is nothing to look
 * for.
 *
 * @param plainJson the file without special tokens, truncation, padding and post-processing
 * @param vocabulary ids by token, the special ones included
 * @param specials ids by special token
 */
record TokenizerFile(
    String plainJson, Map<String, Integer> vocabulary, Map<String, Integer> specials) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  TokenizerFile {
    vocabulary = Map.copyOf(vocabulary);
    specials = Map.copyOf(specials);
  }

  /**
   * Reads a file with the given kind of model.
   *
   * @param name what the file is called in a message
   * @param modelType {@code WordPiece} or {@code BPE}
   */
  static TokenizerFile parse(byte[] json, String name, String modelType) {
    try {
      if (!(JSON.readTree(json) instanceof ObjectNode root)) {
        throw new ModelIntegrityException(name, "is not a tokenizer");
      }
      String type = root.path("model").path("type").asString("");
      if (!type.equals(modelType)) {
        throw new ModelIntegrityException(
            name, "expected a %s tokenizer, found '%s'".formatted(modelType, type));
      }
      Map<String, Integer> vocabulary = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : root.path("model").path("vocab").properties()) {
        vocabulary.put(entry.getKey(), entry.getValue().asInt());
      }
      Map<String, Integer> specials = new LinkedHashMap<>();
      for (JsonNode token : root.path("added_tokens")) {
        specials.put(token.path("content").asString(), token.path("id").asInt());
      }
      vocabulary.putAll(specials);
      requireDense(vocabulary, name);
      root.putArray("added_tokens");
      for (String part : new String[] {"truncation", "padding", "post_processor"}) {
        root.putNull(part);
      }
      return new TokenizerFile(JSON.writeValueAsString(root), vocabulary, specials);
    } catch (JacksonException e) {
      throw new ModelIntegrityException(name, "is not a tokenizer: " + e.getOriginalMessage(), e);
    }
  }

  private static void requireDense(Map<String, Integer> vocabulary, String name) {
    Set<Integer> ids = new HashSet<>(vocabulary.values());
    for (int id = 0; id < vocabulary.size(); id++) {
      if (!ids.contains(id)) {
        throw new ModelIntegrityException(
            name, "has %d tokens, but none with id %d".formatted(vocabulary.size(), id));
      }
    }
  }

  int special(String token) {
    Integer id = specials.get(token);
    if (id == null) {
      throw new IllegalArgumentException(
          "no special token '%s'; there are %s".formatted(token, specials.keySet()));
    }
    return id;
  }
}
