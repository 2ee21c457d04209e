package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Every operation that the service describes, with every kind of caller that must not get through.
 * The operations come from the description itself: one without a scope fails.
 */
class AuthorisationMatrixTest {
  /** What anybody may call. */
  private static final Set<String> OPEN = Set.of("GET /health", "POST /login", "POST /logout");

  /** What begins something of the caller's own. */
  private static final Set<String> NAMES_NOTHING =
      Set.of("POST /api/v1/conversations", "PUT /api/v1/evaluations/datasets/{name}");

  @TempDir static Path dataDir;
  private static TestServer server;
  private static String document;
  private static String job;
  private static String answer;
  private static String conversation;
  private static String evaluation;
  private static JsonNode description;

  record Operation(String method, String path, String scope) {
    String name() {
      return method + " " + path;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, new FakeModels(), Map.of());
    server.collection("mine");
    server.collection("theirs");
    Client admin = server.admin();
    var upload =
        admin.post(
            "/api/v1/collections/theirs/documents",
            "{\"documents\":[{\"path\":\"a.txt\",\"text\":\"The secret number is four.\"}]}");
    admin.awaitJob(upload);
    job = upload.json().get("id").asString();
    document = upload.json().get("items").get(0).get("document_id").asString();
    conversation =
        admin
            .post("/api/v1/conversations", "{\"title\":\"the secret number\"}")
            .json()
            .get("id")
            .asString();
    answer =
        admin
            .post("/api/v1/answers", "{\"question\":\"secret number\",\"collection\":\"theirs\"}")
            .json()
            .get("id")
            .asString();
    admin.put(
        "/api/v1/evaluations/datasets/theirs-set",
        "{\"question\":\"secret number\",\"answers\":[]}");
    var run =
        admin.post("/api/v1/evaluations", "{\"collection\":\"theirs\",\"dataset\":\"theirs-set\"}");
    admin.awaitJob(run);
    evaluation = run.json().get("evaluation_id").asString();
    description = admin.get("/v3/api-docs").json();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static List<Operation> operations() {
    var operations = new ArrayList<Operation>();
    description
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
                                    method.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    method.getValue().path("x-required-scope").asString("")))));
    return operations;
  }

  /** The operation's address with objects of the collection that only others see. */
  private static String foreignPath(Operation operation) {
    String path = operation.path.replace("{collection}", "theirs").replace("{name}", "theirs-set");
    if (path.contains("/documents/{id}")) {
      path = path.replace("{id}", document);
    } else if (path.contains("/jobs/{id}")) {
      path = path.replace("{id}", job);
    } else if (path.contains("/answers/{id}")) {
      path = path.replace("{id}", answer);
    } else if (path.contains("/conversations/{id}")) {
      path = path.replace("{id}", conversation);
    } else if (path.contains("/evaluations/{id}")) {
      path = path.replace("{id}", evaluation);
      path = path.endsWith("/compare") ? path + "?with=" + evaluation : path;
    } else if (path.contains("/models/{id}")) {
      path = path.replace("{id}", "theirs");
    } else {
      path = path.replace("{id}", "key_00000000000000000000000000");
    }
    return path.endsWith("theirs/documents") && operation.method.equals("DELETE")
        ? path + "?path_prefix=a"
        : path;
  }

  /** A body that would be good, were the collection the caller's. */
  private static String body(Operation operation) {
    return switch (operation.name()) {
      case "POST /api/v1/search" -> "{\"query\":\"secret\",\"collection\":\"theirs\"}";
      case "POST /api/v1/answers" -> "{\"question\":\"secret\",\"collection\":\"theirs\"}";
      case "POST /v1/chat/completions" ->
          "{\"model\":\"theirs\",\"messages\":[{\"role\":\"user\",\"content\":\"secret\"}]}";
      case "POST /v1/embeddings" -> "{\"model\":\"theirs\",\"input\":\"secret\"}";
      case "POST /api/v1/evaluations" -> "{\"collection\":\"theirs\",\"dataset\":\"theirs-set\"}";
      case "PUT /api/v1/answers/{id}/feedback" -> "{\"rating\":\"up\"}";
      case "POST /api/v1/answers/{id}:knock-out" -> "{\"chunk_ids\":[\"" + document + ":0\"]}";
      case "POST /api/v1/collections/{collection}/documents" ->
          "{\"documents\":[{\"path\":\"b.txt\",\"text\":\"c\"}]}";
      default -> "{}";
    };
  }

  private static Client.Reply call(Client client, Operation operation) {
    var request = client.request(foreignPath(operation)).header("Content-Type", "application/json");
    return client.send(
        request.method(operation.method, BodyPublishers.ofString(body(operation))).build());
  }

  @Test
  void theDescriptionCoversTheApi() {
    assertThat(operations())
        .extracting(Operation::name)
        .contains(
            "POST /api/v1/answers",
            "GET /api/v1/answers/{id}",
            "POST /api/v1/answers/{id}:cancel",
            "POST /api/v1/answers/{id}:knock-out",
            "PUT /api/v1/answers/{id}/feedback",
            "GET /api/v1/answers/{id}/feedback",
            "DELETE /api/v1/answers/{id}/feedback",
            "GET /api/v1/feedback",
            "POST /api/v1/conversations",
            "GET /api/v1/conversations",
            "GET /api/v1/conversations/{id}",
            "PATCH /api/v1/conversations/{id}",
            "DELETE /api/v1/conversations/{id}",
            "POST /api/v1/search",
            "POST /api/v1/collections",
            "GET /api/v1/collections/{collection}/documents",
            "POST /api/v1/collections/{collection}/documents",
            "DELETE /api/v1/collections/{collection}/documents",
            "GET /api/v1/documents/{id}/passage",
            "GET /api/v1/documents/{id}/original",
            "POST /api/v1/documents/{id}:retry",
            "GET /api/v1/jobs/{id}/events",
            "POST /api/v1/jobs/{id}:cancel",
            "PUT /api/v1/evaluations/datasets/{name}",
            "GET /api/v1/evaluations/datasets",
            "DELETE /api/v1/evaluations/datasets/{name}",
            "POST /api/v1/evaluations",
            "GET /api/v1/evaluations",
            "GET /api/v1/evaluations/{id}",
            "DELETE /api/v1/evaluations/{id}",
            "GET /api/v1/evaluations/{id}/rows",
            "GET /api/v1/evaluations/{id}/compare",
            "GET /api/v1/evaluations/{id}/file",
            "GET /api/v1/evaluations/{id}/report",
            "POST /api/v1/keys",
            "POST /api/v1/admin/logins",
            "GET /api/v1/admin/status",
            "GET /v1/models",
            "GET /v1/models/{id}",
            "POST /v1/chat/completions",
            "POST /v1/embeddings");
  }

  @TestFactory
  List<DynamicTest> errorsAreDescribedInTheFormOfTheirAddress() {
    return operations().stream()
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name(),
                    () -> {
                      boolean openAi = operation.path.startsWith("/v1/");
                      JsonNode errors =
                          description
                              .get("paths")
                              .get(operation.path)
                              .get(operation.method.toLowerCase(Locale.ROOT))
                              .get("responses")
                              .get("default")
                              .get("content")
                              .path(openAi ? "application/json" : "application/problem+json");
                      assertThat(errors.path("schema").path("$ref").asString(""))
                          .isEqualTo(
                              "#/components/schemas/" + (openAi ? "OpenAiError" : "Problem"));
                    }))
        .toList();
  }

  @TestFactory
  List<DynamicTest> nobodyGetsThroughWithoutACredential() {
    Client none = server.anonymous();
    Client bad = none.with("rt_" + "0".repeat(52));
    return operations().stream()
        .filter(operation -> !OPEN.contains(operation.name()))
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name(),
                    () -> {
                      assertThat(operation.scope).as("scope").isNotEmpty();
                      assertThat(call(none, operation).status()).isEqualTo(401);
                      assertThat(call(bad, operation).status()).isEqualTo(401);
                    }))
        .toList();
  }

  @TestFactory
  List<DynamicTest> aKeyThatMayAskMayDoNothingElse() {
    Client ask = server.withKey("ask");
    return operations().stream()
        .filter(operation -> !OPEN.contains(operation.name()) && !operation.scope.equals("ask"))
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name(),
                    () -> {
                      var reply = call(ask, operation);
                      assertThat(reply.status()).as(reply.text()).isEqualTo(403);
                      assertThat(reply.code()).isEqualTo("missing_scope");
                      assertThat(reply.json().get("detail").asString())
                          .contains("'" + operation.scope + "'");
                    }))
        .toList();
  }

  @TestFactory
  List<DynamicTest> aForeignCollectionIsAsIfItDidNotExist() {
    Client mine = server.withKey("ask read write", "mine");
    return operations().stream()
        .filter(operation -> !OPEN.contains(operation.name()))
        .filter(operation -> !operation.scope.equals("admin"))
        .filter(operation -> !NAMES_NOTHING.contains(operation.name()))
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name(),
                    () -> {
                      var reply = call(mine, operation);
                      assertThat(reply.text()).doesNotContain("secret number");
                      boolean list =
                          !operation.path.contains("{") && operation.method.equals("GET");
                      if (list) {
                        assertThat(reply.status()).isEqualTo(200);
                        assertThat(reply.text()).doesNotContain("theirs").doesNotContain(job);
                      } else {
                        assertThat(reply.status()).as(reply.text()).isEqualTo(404);
                        assertThat(reply.code()).endsWith("_not_found");
                      }
                    }))
        .toList();
  }
}
