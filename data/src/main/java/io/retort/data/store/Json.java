package io.retort.data.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Small structured values in columns of the ledger. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_LONG_FOR_INTS).build();

  private Json() {}

  static String strings(List<String> values) {
    return MAPPER.writeValueAsString(values);
  }

  static List<String> strings(String json) {
    return MAPPER.readValue(json, new TypeReference<List<String>>() {});
  }

  /** Sorted by name, so that equal metadata is equal text. */
  static String metadata(Map<String, Object> values) {
    return MAPPER.writeValueAsString(new TreeMap<>(values));
  }

  static Map<String, Object> metadata(String json) {
    return MAPPER.readValue(json, new TypeReference<LinkedHashMap<String, Object>>() {});
  }

  static String fields(List<FieldDeclaration> fields) {
    Map<String, String> types = new LinkedHashMap<>();
    fields.forEach(field -> types.put(field.name(), field.type().name().toLowerCase(Locale.ROOT)));
    return MAPPER.writeValueAsString(types);
  }

  static List<FieldDeclaration> fields(String json) {
    Map<String, String> types =
        MAPPER.readValue(json, new TypeReference<LinkedHashMap<String, String>>() {});
    List<FieldDeclaration> fields = new ArrayList<>();
    types.forEach(
        (name, type) ->
            fields.add(
                new FieldDeclaration(
                    name, FieldDeclaration.Type.valueOf(type.toUpperCase(Locale.ROOT)))));
    return fields;
  }
}
