package io.retort.web.fakes;

import io.retort.web.fakes.DescribedApi.Operation;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A call as the description allows it, or as it does not: ids of what exists and of what does not,
 * bodies of the right form and of wrong ones.
 *
 * @param headers names and values
 */
public record GeneratedCall(
    String method, String path, Map<String, String> headers, @Nullable String body) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> ODD =
      List.of(
          "", " ", "\u0000", "🌴", "..", "x".repeat(3_000), "-1", "null", "\ud83c\udf34é", "%zz");

  /**
   * A random one.
   *
   * @param there ids of what exists, by the beginnings of paths
   */
  public static GeneratedCall of(
      DescribedApi api, Operation operation, Map<String, String> there, Random random) {
    return new Maker(api, operation, there, random).call();
  }

  public HttpRequest request(Client client) {
    HttpRequest.Builder request = client.request(path);
    headers.forEach(request::header);
    return request
        .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
        .build();
  }

  /** Makes one call. */
  private record Maker(
      DescribedApi api, Operation operation, Map<String, String> there, Random random) {

    GeneratedCall call() {
      var path = new StringBuilder(path());
      Map<String, String> headers = new LinkedHashMap<>();
      for (JsonNode parameter : operation.said().path("parameters")) {
        boolean required = parameter.path("required").asBoolean(false);
        if (parameter.get("in").asString().equals("path") || !chance(required ? 0.9 : 0.3)) {
          continue;
        }
        String name = parameter.get("name").asString();
        JsonNode value = value(name, api.resolve(parameter.get("schema")), 0);
        String text =
            chance(0.15) ? pick(ODD) : value.isString() ? value.asString() : value.toString();
        if (parameter.get("in").asString().equals("query")) {
          path.append(path.indexOf("?") < 0 ? '?' : '&')
              .append(name)
              .append('=')
              .append(encoded(text));
        } else {
          headers.put(name, text.replaceAll("[^ -~]", "x"));
        }
      }
      JsonNode contents = operation.said().at("/requestBody/content");
      return new GeneratedCall(
          operation.method(),
          path.toString(),
          headers,
          contents.isMissingNode() ? null : body(contents, headers));
    }

    private String path() {
      boolean deletes = operation.method().equals("DELETE");
      if (!deletes && chance(0.7)) {
        return operation.pathOf(there);
      }
      JsonNode example =
          operation
              .said()
              .path("parameters")
              .valueStream()
              .filter(p -> p.get("in").asString().equals("path"))
              .findFirst()
              .map(p -> p.path("example"))
              .orElse(JSON.missingNode());
      // An address that names something else, such as "..", would be another operation's.
      String id =
          chance(0.5) || deletes
              ? example.asString("none") + "0"
              : "a" + random.nextInt(1_000) + "🌴";
      return operation.path().replaceFirst("\\{[a-z]+}", encoded(id).replace("$", "\\$"));
    }

    private @Nullable String body(JsonNode contents, Map<String, String> headers) {
      List<String> types = List.copyOf(contents.propertyNames());
      String type = pick(types);
      headers.put(
          "Content-Type", type.equals("multipart/form-data") ? type + "; boundary=b" : type);
      return switch (type) {
        case "application/json" -> {
          JsonNode example = api.example(operation);
          JsonNode body =
              example != null && chance(0.2)
                  ? example
                  : value("", api.resolve(contents.get(type).get("schema")), 0);
          yield chance(0.05) ? body.toString().substring(1) : body.toString();
        }
        case "multipart/form-data" ->
            "--b\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"a.txt\"\r\n\r\n%s\r\n--b--\r\n"
                .formatted(chance(0.8) ? "file" : "items", word());
        default ->
            chance(0.7)
                ? "{\"question\":\"%s\",\"answers\":[\"%s\"]}\n".formatted(word(), word())
                : word();
      };
    }

    /** A value of a schema, now and then of another one. */
    private JsonNode value(String name, JsonNode schema, int depth) {
      if (chance(0.04)) {
        return pick(
            List.of(
                JSON.valueToTree(-1),
                JSON.valueToTree(1e300),
                JSON.valueToTree(pick(ODD)),
                JSON.createArrayNode(),
                JSON.createObjectNode(),
                JSON.nullNode()));
      }
      if (schema.has("enum")) {
        return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
      }
      if (schema.has("anyOf")) {
        JsonNode one = schema.get("anyOf").get(random.nextInt(schema.get("anyOf").size()));
        return value(name, api.resolve(one), depth);
      }
      return switch (type(schema)) {
        case "string" -> JSON.valueToTree(text(name, schema));
        case "integer" -> JSON.valueToTree(whole(schema));
        case "number" -> JSON.valueToTree(schema.path("maximum").asDouble(1) * random.nextDouble());
        case "boolean" -> JSON.valueToTree(random.nextBoolean());
        case "array" -> list(name, schema, depth);
        case "object" -> object(schema, depth);
        case "null" -> JSON.nullNode();
        default -> JSON.valueToTree(word());
      };
    }

    private String type(JsonNode schema) {
      JsonNode type = schema.path("type");
      return type.isArray() ? chance(0.9) ? type.get(0).asString() : "null" : type.asString("");
    }

    private String text(String name, JsonNode schema) {
      if (name.equals("collection") || name.equals("collections") || name.equals("model")) {
        return "handbook";
      }
      if (name.equals("dataset")) {
        return "questions";
      }
      if (name.equals("with")) {
        return there.getOrDefault("/api/v1/evaluations/", "");
      }
      if (schema.path("format").asString("").equals("date-time")) {
        return "2099-01-01T00:00:00.000Z";
      }
      String text = word();
      while (text.length() < schema.path("minLength").asInt(0)) {
        text += word();
      }
      return text.substring(0, Math.min(text.length(), schema.path("maxLength").asInt(60)));
    }

    private long whole(JsonNode schema) {
      long from = schema.path("minimum").asLong(0);
      long to = Math.min(schema.path("maximum").asLong(100), from + 1_000_000);
      return chance(0.3)
          ? pick(List.of(from, to))
          : from + (long) (random.nextDouble() * (to - from));
    }

    private ArrayNode list(String name, JsonNode schema, int depth) {
      ArrayNode list = JSON.createArrayNode();
      int most = Math.min(3, schema.path("maxItems").asInt(3));
      int size =
          Math.max(schema.path("minItems").asInt(0), depth > 3 ? 0 : random.nextInt(most + 1));
      for (int n = 0; n < size; n++) {
        list.add(value(name, api.resolve(schema.path("items")), depth + 1));
      }
      return list;
    }

    private ObjectNode object(JsonNode schema, int depth) {
      ObjectNode object = JSON.createObjectNode();
      var required = new ArrayList<String>();
      schema.path("required").forEach(name -> required.add(name.asString()));
      for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
        String name = property.getKey();
        // Exactly one of the two is taken, which no schema says.
        boolean wanted = name.equals("collection") || required.contains(name);
        if (chance(wanted ? 0.95 : name.equals("collections") ? 0.05 : 0.25)) {
          object.set(name, value(name, api.resolve(property.getValue()), depth + 1));
        }
      }
      if (chance(0.03)) {
        object.put("surplus", 1);
      }
      return object;
    }

    private String word() {
      var word = new StringBuilder();
      for (int n = 1 + random.nextInt(12); n > 0; n--) {
        word.append((char) ('a' + random.nextInt(26)));
      }
      return chance(0.1) ? word + " 🌴é" : word.toString();
    }

    private static String encoded(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private boolean chance(double probability) {
      return random.nextDouble() < probability;
    }

    private <T> T pick(List<T> choices) {
      return choices.get(random.nextInt(choices.size()));
    }
  }
}
