package io.retort.web.cli;

import io.retort.web.UsageException;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON as the command line reads and prints it. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  static ArrayNode strings(List<String> values) {
    ArrayNode array = array();
    values.forEach(array::add);
    return array;
  }

  /** A list as the API shows a whole one. */
  static ObjectNode list(List<? extends JsonNode> items) {
    ObjectNode list = object();
    items.forEach(list.putArray("items")::add);
    list.putNull("next_cursor");
    return list;
  }

  static String write(JsonNode document) {
    return MAPPER.writeValueAsString(document);
  }

  /**
   * @throws JacksonException if the text is not one JSON document
   */
  static JsonNode parse(String text) {
    return MAPPER.readTree(text);
  }

  /** The part of an object of the API that {@code type}, a record of {@link Replies}, names. */
  static <T> T read(JsonNode node, Class<T> type) {
    return MAPPER.treeToValue(node, type);
  }

  /** The filters that the flag {@code --filter} gave: each value is one, or a list of them. */
  static ArrayNode filters(List<String> values) {
    ArrayNode filters = array();
    for (String value : values) {
      JsonNode parsed;
      try {
        parsed = parse(value);
      } catch (JacksonException e) {
        throw new UsageException(
            "--filter is '" + value + "', which is not JSON: " + e.getOriginalMessage());
      }
      if (parsed.isArray()) {
        filters.addAll((ArrayNode) parsed);
      } else {
        filters.add(parsed);
      }
    }
    return filters;
  }
}
