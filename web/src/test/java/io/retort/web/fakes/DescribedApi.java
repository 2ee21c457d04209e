package io.retort.web.fakes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The service's description of itself, as tests read it. */
public final class DescribedApi {
  private static final Set<Integer> FAILURES = Set.of(503, 504, 507);

  private final JsonNode description;
  private final List<Operation> operations = new ArrayList<>();

  public DescribedApi(JsonNode description) {
    this.description = description;
    for (Map.Entry<String, JsonNode> path : description.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        operations.add(
            new Operation(
                method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue()));
      }
    }
  }

  /** One operation. */
  public record Operation(String method, String path, JsonNode said) {
    public String name() {
      return said.get("operationId").asString();
    }

    /**
     * The path of what exists.
     *
     * @param there ids by the beginnings of paths
     */
    public String pathOf(Map<String, String> there) {
      int at = path.indexOf('{');
      return at < 0
          ? path
          : path.replaceFirst("\\{[a-z]+}", there.getOrDefault(path.substring(0, at), "handbook"));
    }
  }

  public List<Operation> operations() {
    return operations;
  }

  public Set<String> paths() {
    return new TreeSet<>(description.get("paths").propertyNames());
  }

  /** The schema that is meant, where another is referred to. */
  JsonNode resolve(JsonNode schema) {
    JsonNode reference = schema.get("$ref");
    return reference == null ? schema : description.at(reference.asString().substring(1));
  }

  /** What a response says that the description does not. */
  public Optional<String> complaint(Operation operation, Client.Reply reply) {
    JsonNode described = operation.said().get("responses").get("" + reply.status());
    if (described == null) {
      return Optional.of("status " + reply.status() + " is not described");
    }
    if (reply.status() >= 500 && !FAILURES.contains(reply.status())) {
      return Optional.of("status " + reply.status());
    }
    String type = reply.header("Content-Type").replaceFirst(";.*", "");
    if (type.isEmpty()) {
      return reply.text().isEmpty() ? Optional.empty() : Optional.of("a body without a type");
    }
    if (!described.path("content").has(type) && !described.path("content").has("*/*")) {
      return Optional.of("type " + type + " is not described");
    }
    boolean refused = type.equals("application/problem+json");
    return refused && !described.get("description").asString().contains("`" + reply.code() + "`")
        ? Optional.of("code " + reply.code() + " is not described")
        : Optional.empty();
  }

  /** The numbers that an operation takes, by name. */
  public Map<String, JsonNode> numbers(Operation operation) {
    Map<String, JsonNode> numbers = new LinkedHashMap<>();
    for (JsonNode parameter : operation.said().path("parameters")) {
      if (parameter.get("in").asString().equals("query")) {
        addNumber(numbers, parameter.get("name").asString(), parameter.get("schema"));
      }
    }
    JsonNode body = jsonBody(operation);
    if (body != null && example(operation) != null) {
      body.path("properties")
          .properties()
          .forEach(p -> addNumber(numbers, p.getKey(), p.getValue()));
    }
    return numbers;
  }

  private static void addNumber(Map<String, JsonNode> numbers, String name, JsonNode schema) {
    String types = schema.path("type").toString();
    if (types.contains("integer") || types.contains("number")) {
      numbers.put(name, schema);
    }
  }

  public boolean isQuery(Operation operation, String name) {
    return operation
        .said()
        .path("parameters")
        .valueStream()
        .anyMatch(
            p -> p.get("in").asString().equals("query") && p.get("name").asString().equals(name));
  }

  /** Query parameters without which nothing goes, with a value for each. */
  public Map<String, String> needed(Operation operation) {
    Map<String, String> needed = new HashMap<>();
    for (JsonNode parameter : operation.said().path("parameters")) {
      if (parameter.get("in").asString().equals("query")
          && parameter.path("required").asBoolean(false)) {
        needed.put(parameter.get("name").asString(), "x");
      }
    }
    return needed;
  }

  @Nullable JsonNode jsonBody(Operation operation) {
    JsonNode schema = operation.said().at("/requestBody/content/application~1json/schema");
    return schema.isMissingNode() ? null : resolve(schema);
  }

  /** The example of a body, null without one. */
  public @Nullable JsonNode example(Operation operation) {
    JsonNode example = operation.said().at("/requestBody/content/application~1json/example");
    return example.isMissingNode() ? null : example;
  }
}
