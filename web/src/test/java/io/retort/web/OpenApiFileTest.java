package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.modelcontextprotocol.json.schema.JsonSchemaValidator;
import io.modelcontextprotocol.json.schema.jackson3.DefaultJsonSchemaValidator;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The description of the API in the repository: it is what the service says, and says of every
 * operation what a client needs.
 */
@Tag("API-1")
class OpenApiFileTest {
  private static final Path FILE = Path.of("../docs/openapi.json");
  private static final String UPDATE =
      "./mvnw -q -pl web -am test -Dtest=OpenApiFileTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dretort.openapi.write=true";
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir static Path dataDir;
  private static TestServer server;
  private static JsonNode served;

  record Operation(String name, JsonNode described) {
    String id() {
      return described.path("operationId").asString("");
    }

    JsonNode parameters() {
      return described.path("parameters");
    }

    JsonNode responses() {
      return described.get("responses");
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, new FakeModels(), Map.of());
    served = server.admin().get("/v3/api-docs").json();
    if (Boolean.getBoolean("retort.openapi.write")) {
      Files.writeString(FILE, printed(served));
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String printed(JsonNode node) {
    var lines = new DefaultIndenter("  ", "\n");
    var printer = new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
    return JSON.writer().with(printer).writeValueAsString(node) + "\n";
  }

  private static List<Operation> operations() {
    var operations = new ArrayList<Operation>();
    served
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method ->
                            operations.add(
                                new Operation(
                                    method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(),
                                    method.getValue()))));
    return operations;
  }

  @Test
  void theFileIsWhatTheServiceSays() throws IOException {
    String text = Files.exists(FILE) ? Files.readString(FILE) : "{}";
    var differences = new ArrayList<String>();
    compare("", JSON.readTree(text), served, differences);
    if (differences.isEmpty() && !text.equals(printed(served))) {
      differences.add("the order of fields, or white space");
    }
    if (!differences.isEmpty()) {
      fail(
          "docs/openapi.json (-) is not what the service says (+):\n  %s\n%s\nIf that is meant: %s"
              .formatted(
                  String.join("\n  ", differences.subList(0, Math.min(40, differences.size()))),
                  differences.size() > 40 ? "  and " + (differences.size() - 40) + " more" : "",
                  UPDATE));
    }
  }

  /** Each place where two trees part, outermost only. */
  private static void compare(String at, JsonNode file, JsonNode service, List<String> found) {
    if (file.isObject() && service.isObject()) {
      Set<String> names = new TreeSet<>(file.propertyNames());
      names.addAll(service.propertyNames());
      for (String name : names) {
        String place = at + "/" + name.replace("~", "~0").replace("/", "~1");
        if (!file.has(name)) {
          found.add("+ " + place + ": " + shortened(service.get(name)));
        } else if (!service.has(name)) {
          found.add("- " + place + ": " + shortened(file.get(name)));
        } else {
          compare(place, file.get(name), service.get(name), found);
        }
      }
    } else if (file.isArray() && service.isArray() && file.size() == service.size()) {
      for (int i = 0; i < file.size(); i++) {
        compare(at + "/" + i, file.get(i), service.get(i), found);
      }
    } else if (!file.equals(service)) {
      found.add("- " + at + ": " + shortened(file) + "\n  + " + at + ": " + shortened(service));
    }
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.length() <= 120 ? text : text.substring(0, 120) + "…";
  }

  @Test
  void aDifferenceIsShownWhereItIs() {
    var differences = new ArrayList<String>();
    compare(
        "",
        JSON.readTree("{\"paths\":{\"/a\":{\"get\":1},\"/b\":[1,2]},\"same\":{}}"),
        JSON.readTree("{\"paths\":{\"/a\":{\"get\":2},\"/b\":[1]},\"more\":3,\"same\":{}}"),
        differences);
    assertThat(differences)
        .containsExactly(
            "+ /more: 3",
            "- /paths/~1a/get: 1\n  + /paths/~1a/get: 2",
            "- /paths/~1b: [1,2]\n  + /paths/~1b: [1]");
  }

  @Test
  void operationsHaveNamesOfTheirOwn() {
    assertThat(operations())
        .extracting(Operation::id)
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[a-z][A-Za-z]+"), "a plain word, without a number");
    var tags = new HashSet<String>();
    served.get("tags").forEach(tag -> tags.add(tag.get("name").asString()));
    for (Operation operation : operations()) {
      assertThat(operation.described.path("tags").size()).as(operation.name).isEqualTo(1);
      assertThat(tags).contains(operation.described.get("tags").get(0).asString());
      assertThat(operation.described.path("summary").asString("")).as(operation.name).isNotBlank();
    }
  }

  @TestFactory
  List<DynamicTest> whatCanGoWrongIsSaid() {
    return operations().stream()
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name,
                    () -> {
                      boolean closed = !operation.described.has("security");
                      List<String> expected = new ArrayList<>(List.of("400", "403", "500", "503"));
                      if (closed) {
                        expected.addAll(List.of("401", "429"));
                      }
                      if (operation.name.contains("{")) {
                        expected.add("404");
                      }
                      if (operation.described.has("requestBody")) {
                        expected.addAll(List.of("408", "413", "415"));
                      }
                      boolean secret = Set.of("createKey", "createLogin").contains(operation.id());
                      if (operation.name.startsWith("POST /api/v1/") && !secret) {
                        expected.addAll(List.of("409", "422"));
                      }
                      assertThat(operation.responses().propertyNames())
                          .containsAll(expected)
                          .doesNotContain("default");
                      operation
                          .responses()
                          .properties()
                          .forEach(r -> checkResponse(operation, r.getKey(), r.getValue()));
                    }))
        .toList();
  }

  private static void checkResponse(Operation operation, String status, JsonNode response) {
    assertThat(response.path("description").asString("")).as(status).isNotBlank();
    boolean openAi = operation.name.contains(" /v1/");
    if (status.compareTo("400") >= 0 && !operation.id().equals("getHealth")) {
      assertThat(
              response
                  .at(openAi ? "/content/application~1json" : "/content/application~1problem+json")
                  .at("/schema/$ref")
                  .asString(""))
          .as(status)
          .isEqualTo("#/components/schemas/" + (openAi ? "OpenAiError" : "Problem"));
    }
    if (Set.of("429", "503").contains(status) && !operation.id().equals("getHealth")) {
      assertThat(response.at("/headers").has("Retry-After")).as(status).isTrue();
    }
  }

  @TestFactory
  List<DynamicTest> parametersAreExplainedAndBounded() {
    return operations().stream()
        .filter(operation -> !operation.parameters().isEmpty())
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name,
                    () -> {
                      for (JsonNode parameter : operation.parameters()) {
                        String name = parameter.get("name").asString();
                        assertThat(parameter.path("description").asString(""))
                            .as(name)
                            .isNotBlank();
                        JsonNode schema = parameter.get("schema");
                        boolean bounded =
                            Set.of("boolean", "array").contains(schema.get("type").asString())
                                || schema.has("enum")
                                || schema.has("pattern")
                                || schema.has("maxLength")
                                || schema.has("minimum");
                        boolean ofHttp = Set.of("Range", "Last-Event-ID").contains(name);
                        assertThat(bounded || ofHttp).as(name).isTrue();
                      }
                    }))
        .toList();
  }

  @Test
  void everyReferenceLeadsSomewhereAndNothingIsLeftOver() {
    var referred = new HashSet<String>();
    for (JsonNode reference : served.findValues("$ref")) {
      String name = reference.asString().substring("#/components/schemas/".length());
      assertThat(served.at("/components/schemas").has(name)).as(name).isTrue();
      referred.add(name);
    }
    assertThat(served.at("/components/schemas").propertyNames()).allMatch(referred::contains);
  }

  @TestFactory
  List<DynamicTest> bodiesHaveExamplesThatFit() {
    return operations().stream()
        .filter(operation -> operation.described.at("/requestBody/content").has("application/json"))
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name,
                    () -> {
                      JsonNode body =
                          operation.described.at("/requestBody/content/application~1json");
                      assertThat(body.has("example")).as("has an example").isTrue();
                      checkExample(body);
                    }))
        .toList();
  }

  @TestFactory
  List<DynamicTest> responsesThatAreShownFit() {
    return operations().stream()
        .flatMap(
            operation -> operation.responses().valueStream().map(r -> Map.entry(operation.name, r)))
        .filter(each -> each.getValue().at("/content/application~1json").has("example"))
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(),
                    () -> checkExample(each.getValue().at("/content/application~1json"))))
        .toList();
  }

  /** By the validator that MCP's clients use. */
  private static void checkExample(JsonNode body) {
    JsonSchemaValidator validator = new DefaultJsonSchemaValidator();
    var map = new TypeReference<Map<String, Object>>() {};
    ObjectNode schema = JSON.createObjectNode();
    schema.set("components", served.get("components"));
    schema.put("$ref", body.at("/schema/$ref").asString());
    assertThat(
            validator
                .validate(
                    JSON.convertValue(schema, map), JSON.convertValue(body.get("example"), map))
                .errorMessage())
        .isNull();
  }

  /** What the examples say works, one after the other. */
  @Test
  void theServiceTakesTheExamples() throws Exception {
    Client admin = server.admin();
    assertThat(post(admin, "createCollection", "/api/v1/collections").status()).isEqualTo(201);
    var upload = post(admin, "uploadDocuments", "/api/v1/collections/handbook/documents");
    assertThat(upload.status()).as(upload.text()).isEqualTo(202);
    admin.awaitJob(upload);
    assertThat(post(admin, "search", "/api/v1/search").json().get("neighbours").size())
        .isEqualTo(1);
    var answer = post(admin, "ask", "/api/v1/answers");
    assertThat(answer.json().get("abstained").asBoolean()).as(answer.text()).isFalse();
    assertThat(post(admin, "createConversation", "/api/v1/conversations").status()).isEqualTo(201);
    assertThat(post(admin, "createKey", "/api/v1/keys").status()).isEqualTo(201);
    assertThat(post(admin, "createLogin", "/api/v1/admin/logins").status()).isEqualTo(201);
    assertThat(post(admin, "createChatCompletion", "/v1/chat/completions").status()).isEqualTo(200);
    assertThat(post(admin, "createEmbeddings", "/v1/embeddings").status()).isEqualTo(200);
    String feedback = "/api/v1/answers/" + answer.json().get("id").asString() + "/feedback";
    assertThat(admin.put(feedback, example("putFeedback")).status()).isEqualTo(200);
    assertThat(admin.patch("/api/v1/collections/handbook", example("updateCollection")).status())
        .isEqualTo(200);
  }

  private static Client.Reply post(Client client, String operation, String path) {
    return client.send(
        client
            .request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(example(operation)))
            .build());
  }

  private static String example(String id) {
    return operations().stream()
        .filter(operation -> operation.id().equals(id))
        .map(o -> o.described.at("/requestBody/content/application~1json/example").toString())
        .findFirst()
        .orElseThrow();
  }
}
