package io.retort.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelcontextprotocol.json.schema.JsonSchemaValidator;
import io.modelcontextprotocol.json.schema.jackson3.DefaultJsonSchemaValidator;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tools from outside: what each gives, to whom, and what it refuses. */
@Timeout(300)
class ToolsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonSchemaValidator SCHEMAS = new DefaultJsonSchemaValidator();
  private static final String TEXT =
      "Leave policy 🌴\n\nEmployees may carry over up to five unused leave days into the next year."
          + " Carried days expire on 31 March.\n";

  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client admin;
  private static Rpc rpc;
  private static String leave;
  private static String canary;

  @BeforeAll
  static void start() throws Exception {
    server =
        new TestServer(
            dataDir,
            new FakeModels(),
            Map.of("retort.answers.slots", "1", "retort.answers.queue-per-slot", "0"));
    admin = server.admin();
    rpc = new Rpc(admin);
    admin.post(
        "/api/v1/collections",
        "{\"id\":\"handbook\",\"fields\":[{\"name\":\"year\",\"type\":\"integer\"}]}");
    server.collection("theirs");
    server.collection("empty");
    leave = put("handbook", "leave.txt", TEXT);
    canary = put("theirs", "canary.txt", "The canary word of the others is xylophone.");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String put(String collection, String path, String text) {
    var document =
        Map.of("path", path, "text", text, "tags", List.of("hr"), "metadata", Map.of("year", 2026));
    var reply =
        admin.post(
            "/api/v1/collections/" + collection + "/documents",
            Client.json(Map.of("documents", List.of(document))));
    assertThat(admin.awaitJob(reply).get("state").asString()).isEqualTo("succeeded");
    return reply.json().get("items").get(0).get("document_id").asString();
  }

  private static void awaitJob(String id) {
    JsonNode last = admin.stream("/api/v1/jobs/" + id + "/events", null).getLast().data();
    assertThat(last.get("state").asString()).isEqualTo("succeeded");
  }

  private static JsonNode tool(String name) {
    return rpc.tools().stream()
        .filter(tool -> tool.get("name").asString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(JsonNode node) {
    return JSON.treeToValue(node, Map.class);
  }

  private static void assertValid(String schema, String tool, Object instance) {
    var outcome = SCHEMAS.validate(map(tool(tool).get(schema)), instance);
    assertThat(outcome.errorMessage()).as("%s of %s", schema, tool).isNull();
  }

  /** Calls a tool, whose arguments and content must be as its schemas say. */
  private static JsonNode call(String tool, Map<String, ?> arguments) {
    assertValid("inputSchema", tool, arguments);
    JsonNode content = rpc.done(tool, arguments);
    assertValid("outputSchema", tool, map(content));
    return content;
  }

  @Test
  void everyToolIsDescribed() {
    assertThat(rpc.toolNames())
        .containsExactly(
            "ask",
            "search",
            "get_passage",
            "list_collections",
            "list_documents",
            "add_document",
            "delete_document");
    for (JsonNode tool : rpc.tools()) {
      assertThat(tool.propertyNames())
          .containsExactly(
              "name", "title", "description", "inputSchema", "outputSchema", "annotations");
      assertThat(tool.get("title").asString()).isNotBlank();
      assertThat(tool.get("description").asString()).isNotBlank();
      for (String schema : List.of("inputSchema", "outputSchema")) {
        assertThat(SCHEMAS.validateSchema(map(tool.get(schema))).errorMessage()).isNull();
        assertThat(tool.get(schema).get("type").asString()).isEqualTo("object");
        assertThat(tool.get(schema).get("additionalProperties").asBoolean(true)).isFalse();
      }
    }
  }

  @Test
  void toolsSayWhatTheyDoToTheDocuments() {
    Set<String> writing = Set.of("add_document", "delete_document");
    for (JsonNode tool : rpc.tools()) {
      JsonNode hints = tool.get("annotations");
      String name = tool.get("name").asString();
      assertThat(hints.get("readOnlyHint").asBoolean()).isEqualTo(!writing.contains(name));
      assertThat(hints.path("destructiveHint").asBoolean(false))
          .isEqualTo(name.equals("delete_document"));
      assertThat(hints.get("openWorldHint").asBoolean()).isFalse();
    }
    // What can replace a document is not called harmless: absent means destructive to clients.
    assertThat(tool("add_document").get("annotations").has("destructiveHint")).isFalse();
  }

  @Test
  void askGivesTheAnswerOfTheRestApi() {
    var question = "how many leave days";
    JsonNode content = call("ask", Map.of("question", question, "collection", "handbook", "k", 4));
    assertThat(content.propertyNames())
        .containsExactly("answer", "abstained", "reason", "confidence", "citations", "neighbours");
    JsonNode rest =
        admin
            .post(
                "/api/v1/answers",
                Client.json(Map.of("question", question, "collection", "handbook", "k", 4)))
            .json();
    for (String field : content.propertyNames()) {
      assertThat(content.get(field)).as(field).isEqualTo(rest.get(field));
    }
    JsonNode citation = content.get("citations").get(0);
    JsonNode span = citation.get("source_span");
    JsonNode passage =
        call(
            "get_passage",
            Map.of(
                "document_id",
                citation.get("document_id").asString(),
                "start",
                span.get("start").asInt(),
                "end",
                span.get("end").asInt(),
                "version",
                citation.get("version").asInt()));
    assertThat(passage.get("text")).isEqualTo(citation.get("quote"));
  }

  @Test
  void abstentionIsNoError() {
    JsonNode nothing = call("ask", Map.of("question", "leave", "collection", "empty"));
    assertThat(nothing.get("abstained").asBoolean()).isTrue();
    assertThat(nothing.get("answer").isNull()).isTrue();
    assertThat(nothing.get("reason").asString()).isEqualTo("no_relevant_passage");
    JsonNode unsure =
        call(
            "ask",
            Map.of("question", "unsure of leave", "collection", "handbook", "style", "short"));
    assertThat(unsure.get("reason").asString()).isEqualTo("low_confidence");
    assertThat(unsure.get("neighbours").isEmpty()).isFalse();
  }

  @Test
  void searchGivesTheNeighboursOfTheRestApi() {
    var filter = Map.of("field", "metadata.year", "op", "range", "gte", 2025);
    Map<String, Object> body =
        Map.of(
            "query",
            "carry over",
            "collection",
            "handbook",
            "k",
            3,
            "mode",
            "lexical",
            "filters",
            List.of(filter));
    JsonNode content = call("search", body);
    assertThat(content.propertyNames()).containsExactly("neighbours");
    JsonNode rest = admin.post("/api/v1/search", Client.json(body)).json();
    assertThat(content.get("neighbours")).isEqualTo(rest.get("neighbours"));
    assertThat(content.get("neighbours").get(0).get("text").asString()).startsWith("Leave policy");
    var other = Map.of("field", "metadata.year", "op", "eq", "value", 1999);
    JsonNode none =
        call(
            "search",
            Map.of("query", "leave", "collection", "handbook", "filters", List.of(other)));
    assertThat(none.get("neighbours").isEmpty()).isTrue();
  }

  @Test
  void aPassageIsThatOfTheRestApi() {
    JsonNode content =
        call("get_passage", Map.of("document_id", leave, "start", 41, "end", 69, "version", 1));
    assertThat(content)
        .isEqualTo(
            admin.get("/api/v1/documents/" + leave + "/passage?start=41&end=69&version=1").json());
    assertThat(content.get("text").asString()).isEqualTo("up to five unused leave days");
  }

  @Test
  void collectionsAndDocumentsAreThoseOfTheRestApi() {
    JsonNode collections = call("list_collections", Map.of());
    assertThat(collections).isEqualTo(admin.get("/api/v1/collections?limit=100").json());
    assertThat(collections.get("items").size()).isGreaterThanOrEqualTo(3);
    JsonNode documents = call("list_documents", Map.of("collection", "theirs"));
    assertThat(documents).isEqualTo(admin.get("/api/v1/collections/theirs/documents").json());
    assertThat(documents.get("items").get(0).get("id").asString()).isEqualTo(canary);
  }

  @Test
  void aListOfDocumentsGoesOnAfterItsCursor() {
    server.collection("paged");
    Set<String> paths = Set.of("a/1.txt", "a/2.txt", "a/3.txt");
    paths.forEach(path -> put("paged", path, "Text of " + path));
    put("paged", "b.txt", "elsewhere");
    var seen = new HashSet<String>();
    var arguments = new HashMap<String, Object>();
    arguments.putAll(Map.of("collection", "paged", "path_prefix", "a/", "limit", 1));
    for (int page = 0; page < 3; page++) {
      JsonNode content = call("list_documents", arguments);
      assertThat(content.get("items").size()).isEqualTo(1);
      seen.add(content.get("items").get(0).get("path").asString());
      JsonNode next = content.get("next_cursor");
      if (page == 2) {
        assertThat(next.isNull()).isTrue();
      } else {
        arguments.put("cursor", next.asString());
      }
    }
    assertThat(seen).isEqualTo(paths);
  }

  @Test
  void whatIsAddedIsFoundAndWhatIsDeletedIsGone() {
    Map<String, Object> document =
        Map.of(
            "collection", "handbook",
            "path", "travel.md",
            "text", "# Travel\n\nTrains are booked by the quetzal office.",
            "media_type", "text/markdown",
            "tags", List.of("hr"),
            "metadata", Map.of("year", 2026, "draft", false));
    JsonNode added = call("add_document", document);
    assertThat(added.propertyNames()).containsExactly("job_id", "document_id");
    awaitJob(added.get("job_id").asString());
    String id = added.get("document_id").asString();
    JsonNode row = admin.get("/api/v1/documents/" + id).json();
    assertThat(row.get("metadata").toString()).isEqualTo("{\"draft\":false,\"year\":2026}");
    assertThat(found("quetzal")).contains(id);

    // The same once more is the same document.
    JsonNode again = call("add_document", document);
    awaitJob(again.get("job_id").asString());
    assertThat(again.get("document_id").asString()).isEqualTo(id);

    assertThat(call("delete_document", Map.of("document_id", id)).toString())
        .isEqualTo("{\"deleted\":1}");
    assertThat(found("quetzal")).doesNotContain(id);
    assertThat(rpc.refused("delete_document", Map.of("document_id", id)).get("code").asString())
        .isEqualTo("document_not_found");
    assertThat(admin.get("/api/v1/documents/" + id).status()).isEqualTo(404);
  }

  private static List<String> found(String query) {
    return call("search", Map.of("query", query, "collection", "handbook"))
        .get("neighbours")
        .valueStream()
        .map(neighbour -> neighbour.get("document_id").asString())
        .toList();
  }

  @Test
  void aPathThatIsNoneIsRefused() {
    JsonNode problem =
        rpc.refused(
            "add_document", Map.of("collection", "handbook", "path", "../..", "text", "a text"));
    assertThat(problem.get("code").asString()).isEqualTo("invalid_parameter");
    assertThat(problem.get("errors").get(0).get("field").asString()).isEqualTo("path");
    assertThat(problem.get("errors").get(0).get("code").asString()).isEqualTo("invalid_path");
  }

  /** Lists only what may be called, and calls only what is listed. */
  @ParameterizedTest
  @CsvSource({
    "ask, ask search",
    "read, get_passage list_collections list_documents",
    "write, add_document delete_document",
    "ask read, ask search get_passage list_collections list_documents",
    "admin, ask search get_passage list_collections list_documents add_document delete_document",
  })
  void aKeySeesAndUsesTheToolsOfItsScopes(String scopes, String names) {
    var key = new Rpc(server.withKey(scopes));
    List<String> allowed = List.of(names.split(" "));
    assertThat(key.toolNames()).isEqualTo(allowed);
    Map<String, String> scopeOf =
        Map.of(
            "ask",
            "ask",
            "search",
            "ask",
            "get_passage",
            "read",
            "list_collections",
            "read",
            "list_documents",
            "read",
            "add_document",
            "write",
            "delete_document",
            "write");
    scopeOf.forEach(
        (tool, scope) -> {
          if (!allowed.contains(tool)) {
            JsonNode problem = key.refused(tool, Map.of());
            assertThat(problem.get("code").asString()).isEqualTo("missing_scope");
            assertThat(problem.get("detail").asString()).contains("'" + scope + "'");
          } else if (!tool.equals("list_collections")) {
            assertThat(key.refused(tool, Map.of()).get("code").asString())
                .isEqualTo("missing_field");
          }
        });
  }

  @Test
  void aForeignCollectionIsAsIfItDidNotExist() {
    var mine = new Rpc(server.withKey("ask read write", "handbook"));
    assertThat(mine.done("list_collections", Map.of()).get("items").valueStream())
        .extracting(item -> item.get("id").asString())
        .containsExactly("handbook");
    for (String collection : List.of("theirs", "missing")) {
      for (Map.Entry<String, Map<String, String>> call :
          Map.of(
                  "ask", Map.of("question", "canary word", "collection", collection),
                  "search", Map.of("query", "canary word", "collection", collection),
                  "list_documents", Map.of("collection", collection),
                  "add_document", Map.of("collection", collection, "path", "a", "text", "a text"))
              .entrySet()) {
        JsonNode problem = mine.refused(call.getKey(), call.getValue());
        assertThat(problem.get("code").asString()).isEqualTo("collection_not_found");
        assertThat(problem.toString()).doesNotContain("xylophone");
      }
    }
    for (String document : List.of(canary, "doc_00000000000000000000000000", "nonsense")) {
      for (JsonNode problem :
          List.of(
              mine.refused("get_passage", Map.of("document_id", document, "start", 0, "end", 5)),
              mine.refused("delete_document", Map.of("document_id", document)))) {
        assertThat(problem.get("code").asString()).isEqualTo("document_not_found");
        assertThat(problem.get("detail").asString()).isEqualTo("there is no such document");
      }
    }
    assertThat(admin.get("/api/v1/documents/" + canary).status()).isEqualTo(200);
    JsonNode search = mine.done("search", Map.of("query", "xylophone", "collection", "handbook"));
    assertThat(search.toString()).doesNotContain("theirs").doesNotContain(canary);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "ask | {} | question | missing_field",
        "ask | {\"question\":null,\"collection\":\"handbook\"} | question | missing_field",
        "ask | {\"question\":\"a\"} | collection | missing_field",
        "ask | {\"question\":\"a\",\"collection\":\"handbook\",\"k\":0} | k | invalid_parameter",
        "ask | {\"question\":\"a\",\"collection\":\"handbook\",\"k\":33} | k | invalid_parameter",
        "ask | {\"question\":\"a\",\"collection\":\"handbook\",\"k\":1.5} | k | invalid_parameter",
        "ask | {\"question\":\"a\",\"collection\":\"handbook\",\"style\":\"long\"} | style | invalid_parameter",
        "ask | {\"question\":\" \",\"collection\":\"handbook\"} | question | invalid_parameter",
        "ask | {\"question\":\"a\\u0000b\",\"collection\":\"handbook\"} | question | invalid_parameter",
        "ask | {\"question\":\"a\\ud800\",\"collection\":\"handbook\"} | question | invalid_parameter",
        "ask | {\"question\":\"a\",\"collection\":\"handbook\",\"store\":true} | store | unknown_field",
        "ask | {\"question\":\"a\",\"collection\":\"handbook\",\"collections\":[\"theirs\"]} | collections | unknown_field",
        "ask | {\"question\":\"a\",\"collection\":\"handbook\",\"filters\":[{\"field\":\"x\",\"op\":\"exists\"}]} | filters[0].field | unknown_filter_field",
        "search | {\"collection\":\"handbook\"} | query | missing_field",
        "search | {\"query\":\"a\",\"collection\":\"handbook\",\"mode\":\"fuzzy\"} | mode | invalid_parameter",
        "search | {\"query\":\"a\",\"collection\":\"handbook\",\"k\":\"3\"} | k | invalid_parameter",
        "search | {\"query\":\"a\",\"collection\":\"handbook\",\"filters\":[{\"field\":\"page\",\"op\":\"eq\",\"value\":\"1\"}]} | filters[0].value | invalid_filter",
        "search | {\"query\":\"a\",\"collection\":\"handbook\",\"include\":[\"raw_scores\"]} | include | unknown_field",
        "get_passage | {\"document_id\":\"LEAVE\",\"start\":0} | end | missing_field",
        "get_passage | {\"document_id\":\"LEAVE\",\"start\":-1,\"end\":5} | start | invalid_parameter",
        "list_collections | {\"cursor\":\"a\"} | cursor | unknown_field",
        "list_documents | {\"collection\":\"handbook\",\"limit\":101} | limit | invalid_parameter",
        "list_documents | {\"collection\":\"handbook\",\"path_prefix\":\"\"} | path_prefix | invalid_parameter",
        "add_document | {\"collection\":\"handbook\",\"path\":\"a\"} | text | missing_field",
        "add_document | {\"collection\":\"handbook\",\"path\":\"a\",\"text\":\"b\",\"media_type\":\"image/png\"} | media_type | invalid_parameter",
        "add_document | {\"collection\":\"handbook\",\"path\":\"a\",\"text\":\"b\",\"tags\":[\"\"]} | tags[0] | invalid_parameter",
        "add_document | {\"collection\":\"handbook\",\"path\":\"a\",\"text\":\"b\",\"metadata\":{\"c\":[]}} | metadata.c | invalid_parameter",
        "add_document | {\"collection\":\"handbook\",\"path\":\"a\",\"text\":\"b\",\"title\":\"c\"} | title | unknown_field",
        "delete_document | {} | document_id | missing_field",
        "delete_document | {\"document_id\":5} | document_id | invalid_parameter",
      })
  void wrongArgumentsAreRefused(String tool, String arguments, String field, String code) {
    String body =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\",\"arguments\":%s}}"
            .formatted(tool, arguments.replace("LEAVE", leave));
    JsonNode result = rpc.post(body).json().get("result");
    assertThat(result.get("isError").asBoolean()).isTrue();
    JsonNode problem = JSON.readTree(result.get("content").get(0).get("text").asString());
    assertThat(problem.get("code").asString()).isEqualTo(code);
    assertThat(problem.get("status").asInt()).isEqualTo(400);
    assertThat(problem.get("errors").valueStream())
        .extracting(error -> error.get("field").asString())
        .contains(field);
    assertThat(problem.get("detail").asString()).contains(field);
  }

  @Test
  void rangesAndVersionsThatAreNotThereAreRefused() {
    Map<String, Object> beyond = Map.of("document_id", leave, "start", 0, "end", 124);
    assertThat(rpc.refused("get_passage", beyond).get("code").asString())
        .isEqualTo("range_out_of_bounds");
    Map<String, Object> backwards = Map.of("document_id", leave, "start", 5, "end", 4);
    assertThat(rpc.refused("get_passage", backwards).get("code").asString())
        .isEqualTo("range_out_of_bounds");
    Map<String, Object> gone = Map.of("document_id", leave, "start", 0, "end", 4, "version", 2);
    assertThat(rpc.refused("get_passage", gone).get("code").asString()).isEqualTo("version_gone");
    Map<String, Object> cursor = Map.of("collection", "handbook", "cursor", "nonsense");
    assertThat(rpc.refused("list_documents", cursor).get("code").asString())
        .isEqualTo("invalid_cursor");
  }

  @Test
  void aQuestionOfTooManyTokensIsRefused() {
    JsonNode problem =
        rpc.refused("ask", Map.of("question", "why ".repeat(300), "collection", "handbook"));
    assertThat(problem.get("code").asString()).isEqualTo("question_too_long");
    assertThat(problem.get("detail").asString()).contains("300").contains("256");
  }

  @Test
  void aFailureOfTheModelIsAProblemWithoutItsInsides() {
    JsonNode problem =
        rpc.refused("ask", Map.of("question", "fail at this", "collection", "handbook"));
    assertThat(problem.get("code").asString()).isEqualTo("internal_error");
    assertThat(problem.get("status").asInt()).isEqualTo(500);
    assertThat(problem.toString()).doesNotContain("Exception").doesNotContain("finite");
  }

  /** The bounds are those of the REST API, whose description says them too. */
  @ParameterizedTest
  @ValueSource(strings = {"ask AnswerRequest", "search SearchRequest", "add_document TextDocument"})
  void theBoundsAreThoseOfTheRestApi(String pair) {
    String tool = pair.split(" ")[0];
    JsonNode rest =
        admin
            .get("/v3/api-docs")
            .json()
            .get("components")
            .get("schemas")
            .get(pair.split(" ")[1])
            .get("properties");
    int compared = 0;
    for (Map.Entry<String, JsonNode> property :
        tool(tool).get("inputSchema").get("properties").properties()) {
      for (String bound :
          List.of("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems")) {
        JsonNode same = rest.path(property.getKey()).path(bound);
        if (!same.isMissingNode()) {
          assertThat(property.getValue().path(bound).asLong(-1))
              .as("%s of %s", bound, property.getKey())
              .isEqualTo(same.asLong());
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThanOrEqualTo(2);
  }
}
