package io.retort.encoder;

import static io.retort.encoder.ModelDirectory.MANIFEST;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads {@code manifest.json}, format 1. Every field that we act on must be there with its type;
 * fields beyond those (where the weights come from, how they were trained) are for people.
 */
final class ManifestJson {
  private static final int FORMAT = 1;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private ManifestJson() {}

  static ModelManifest parse(String text) {
    try {
      JsonNode root = JSON.readTree(text);
      int format = integer(root, "", "format");
      if (format != FORMAT) {
        throw new IllegalArgumentException(
            "format %d is not known, this program reads format %d".formatted(format, FORMAT));
      }
      return new ModelManifest(config(root), files(root));
    } catch (JacksonException | IllegalArgumentException e) {
      throw new ModelIntegrityException(MANIFEST, String.valueOf(e.getMessage()), e);
    }
  }

  private static ModelConfig config(JsonNode root) {
    JsonNode decoder = object(root, "", "decoder");
    JsonNode prompt = object(root, "", "prompt");
    return new ModelConfig(
        string(root, "", "name"),
        integer(root, "", "chunk_length"),
        integer(root, "", "retrieved_length"),
        new ModelConfig.Decoder(
            integer(decoder, "decoder.", "layers"),
            integer(decoder, "decoder.", "heads"),
            integer(decoder, "decoder.", "kv_heads"),
            integer(decoder, "decoder.", "head_dim"),
            integer(decoder, "decoder.", "vocabulary"),
            integer(decoder, "decoder.", "end_token"),
            integers(decoder, "decoder.", "cca_layers"),
            integer(decoder, "decoder.", "copy_dim"),
            number(decoder, "decoder.", "copy_continuation"),
            integer(decoder, "decoder.", "max_positions")),
        new ModelConfig.Prompt(
            string(prompt, "prompt.", "prefix"),
            string(prompt, "prompt.", "suffix"),
            strings(prompt, "prompt.", "styles")),
        JSON.convertValue(
            object(root, "", "calibration"), new TypeReference<Map<String, Object>>() {}));
  }

  private static List<ModelManifest.Entry> files(JsonNode root) {
    JsonNode files = root.path("files");
    if (!files.isArray()) {
      throw wrong("files", "a list", files);
    }
    List<ModelManifest.Entry> entries = new ArrayList<>();
    for (JsonNode file : files) {
      String at = "files[" + entries.size() + "].";
      entries.add(
          new ModelManifest.Entry(
              string(file, at, "path"),
              ModelRole.parse(string(file, at, "role")),
              whole(file, at, "size"),
              string(file, at, "sha256")));
    }
    return entries;
  }

  private static JsonNode object(JsonNode parent, String at, String name) {
    JsonNode node = parent.path(name);
    if (!node.isObject()) {
      throw wrong(at + name, "an object", node);
    }
    return node;
  }

  private static String string(JsonNode parent, String at, String name) {
    JsonNode node = parent.path(name);
    if (!node.isString()) {
      throw wrong(at + name, "a string", node);
    }
    return node.stringValue();
  }

  private static int integer(JsonNode parent, String at, String name) {
    JsonNode node = parent.path(name);
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong(at + name, "an integer", node);
    }
    return node.intValue();
  }

  private static double number(JsonNode parent, String at, String name) {
    JsonNode node = parent.path(name);
    if (!node.isNumber()) {
      throw wrong(at + name, "a number", node);
    }
    return node.doubleValue();
  }

  private static long whole(JsonNode parent, String at, String name) {
    JsonNode node = parent.path(name);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrong(at + name, "an integer", node);
    }
    return node.longValue();
  }

  private static List<Integer> integers(JsonNode parent, String at, String name) {
    JsonNode list = parent.path(name);
    if (!list.isArray()) {
      throw wrong(at + name, "a list of integers", list);
    }
    List<Integer> values = new ArrayList<>();
    for (JsonNode node : list) {
      if (!node.isIntegralNumber() || !node.canConvertToInt()) {
        throw wrong(at + name + "[" + values.size() + "]", "an integer", node);
      }
      values.add(node.intValue());
    }
    return values;
  }

  private static Map<String, String> strings(JsonNode parent, String at, String name) {
    JsonNode map = object(parent, at, name);
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      values.put(entry.getKey(), string(map, at + name + ".", entry.getKey()));
    }
    return values;
  }

  private static IllegalArgumentException wrong(String field, String expected, JsonNode found) {
    return new IllegalArgumentException(
        "expected %s in '%s', found %s"
            .formatted(expected, field, found.isMissingNode() ? "nothing" : found.toString()));
  }
}
