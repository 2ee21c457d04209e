package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every operation of the description in the repository, with every kind of caller: none, those that
 * must not get through, and one that must. An operation without a row here fails.
 */
@Tag("SEC-2")
class AuthorisationMatrixTest {
  private static final Path FILE = Path.of("../docs/openapi.json");
  private static final List<String> SCOPES = List.of("ask", "read", "write");

  /** What anybody may call. */
  private static final Set<String> OPEN = Set.of("getHealth", "login");

  /** What anybody may call who has some credential. */
  private static final Set<String> FOR_ALL_KEYS = Set.of("logout");

  /** What concerns no collection. */
  private static final Set<String> NAMES_NOTHING =
      Set.of("createConversation", "createEmbeddings", "logout", "putQuestionSet");

  @TempDir static Path dataDir;
  private static TestServer server;
  private static List<Operation> operations;
  private static Map<String, Client> byScope;
  private static String document;
  private static String job;
  private static String answer;
  private static String conversation;
  private static String evaluation;

  private static final String QUESTIONS = "{\"question\":\"secret number\",\"answers\":[]}";
  private static final AtomicInteger FRESH = new AtomicInteger();
  private static final Map<String, Row> ROWS = new TreeMap<>();

  record Operation(String id, String method, String path, String scope, boolean open) {
    String name() {
      return id + ": " + method + " " + path;
    }

    boolean isList() {
      return method.equals("GET") && !path.contains("{");
    }
  }

  /**
   * What the right caller sends, and is answered. What is used up is made anew for each call.
   *
   * @param id what stands in the path
   * @param query begins with a question mark, or is empty
   */
  record Row(Supplier<String> id, String query, Supplier<String> body, int status) {}

  private static void row(String operation, int status) {
    row(operation, () -> "theirs", "{}", status);
  }

  private static void row(String operation, Supplier<String> id, String body, int status) {
    ROWS.put(operation, new Row(id, "", () -> body, status));
  }

  static {
    Supplier<String> theDocument = () -> document;
    Supplier<String> theJob = () -> job;
    Supplier<String> theAnswer = () -> answer;
    Supplier<String> theConversation = () -> conversation;
    row("createLogin", () -> "", "{\"name\":\"Ada\",\"scopes\":[\"ask\"]}", 201);
    row("getStatus", 200);
    row("createCollection", () -> "", "{\"id\":\"another\"}", 201);
    row("listCollections", 200);
    row("getCollection", 200);
    row("updateCollection", () -> "theirs", "{\"title\":\"T\"}", 200);
    row("deleteCollection", AuthorisationMatrixTest::freshCollection, "{}", 204);
    row("createConversation", 201);
    row("listConversations", 200);
    row("getConversation", theConversation, "{}", 200);
    row("updateConversation", theConversation, "{\"title\":\"the secret number\"}", 200);
    row("deleteConversation", AuthorisationMatrixTest::freshConversation, "{}", 204);
    row("listDocuments", 200);
    row("getDocument", theDocument, "{}", 200);
    row("getPassage", theDocument, "{}", 200);
    row("listChunks", theDocument, "{}", 200);
    row("getOriginal", theDocument, "{}", 200);
    row("deleteDocument", AuthorisationMatrixTest::freshDocument, "{}", 204);
    ROWS.put("deleteDocuments", new Row(() -> "theirs", "?path_prefix=z", () -> "{}", 200));
    row("retryDocument", theDocument, "{}", 409); // there is nothing to retry
    row(
        "uploadDocuments",
        () -> "theirs",
        "{\"documents\":[{\"path\":\"b.txt\",\"text\":\"c\"}]}",
        202);
    row("putFeedback", theAnswer, "{\"rating\":\"up\"}", 200);
    row("getFeedback", AuthorisationMatrixTest::ratedAnswer, "{}", 200);
    row("deleteFeedback", AuthorisationMatrixTest::ratedAnswer, "{}", 204);
    row("listFeedback", 200);
    row("listJobs", 200);
    row("getJob", theJob, "{}", 200);
    row("listJobItems", theJob, "{}", 200);
    row("cancelJob", theJob, "{}", 409); // it has ended
    row("retryJob", theJob, "{}", 409); // and nothing failed
    row("watchJob", theJob, "{}", 200);
    row(
        "createKey",
        () -> "",
        "{\"name\":\"k\",\"scopes\":[\"ask\"],\"collections\":[\"theirs\"]}",
        201);
    row("listKeys", 200);
    row("updateKey", AuthorisationMatrixTest::freshKey, "{\"suspended\":true}", 200);
    row("revokeKey", AuthorisationMatrixTest::freshKey, "{}", 204);
    row("getMe", 200);
    row("ask", () -> "", "{\"question\":\"secret\",\"collection\":\"theirs\"}", 200);
    row("getAnswer", theAnswer, "{}", 200);
    row("cancelAnswer", theAnswer, "{}", 204);
    ROWS.put(
        "knockOut", new Row(theAnswer, "", () -> "{\"chunk_ids\":[\"" + document + ":0\"]}", 200));
    row("search", () -> "", "{\"query\":\"secret\",\"collection\":\"theirs\"}", 200);
    row(
        "createChatCompletion",
        () -> "",
        "{\"model\":\"theirs\",\"messages\":[{\"role\":\"user\",\"content\":\"secret\"}]}",
        200);
    row("createEmbeddings", () -> "", "{\"model\":\"retort-encoder\",\"input\":\"secret\"}", 200);
    Supplier<String> theEvaluation = () -> evaluation;
    row("putQuestionSet", () -> "theirs-set", QUESTIONS, 200);
    row("listQuestionSets", 200);
    row("deleteQuestionSet", AuthorisationMatrixTest::freshSet, "{}", 204);
    row("startEvaluation", () -> "", "{\"collection\":\"theirs\",\"dataset\":\"theirs-set\"}", 202);
    row("listEvaluations", 200);
    row("getEvaluation", theEvaluation, "{}", 200);
    row("deleteEvaluation", AuthorisationMatrixTest::freshEvaluation, "{}", 204);
    row("listEvaluationRows", theEvaluation, "{}", 200);
    row("getEvaluationFile", theEvaluation, "{}", 200);
    row("getEvaluationReport", theEvaluation, "{}", 200);
    row("listModels", 200);
    row("getModel", 200);
    row("getHealth", 200);
    ROWS.put("login", new Row(() -> "", "", AuthorisationMatrixTest::loginBody, 204));
    row("logout", 204);
  }

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, new FakeModels(), Map.of());
    server.collection("mine");
    server.collection("theirs");
    byScope = new TreeMap<>();
    for (String scope : SCOPES) {
      byScope.put(scope, server.withKey(scope, "theirs"));
    }
    byScope.put("admin", server.withKey("admin"));
    var upload = upload("a.txt");
    job = upload.json().get("id").asString();
    document = documentOf(upload);
    conversation = freshConversation();
    answer = freshAnswer();
    evaluation = freshEvaluation();
    ROWS.put(
        "compareEvaluations", new Row(() -> evaluation, "?with=" + evaluation, () -> "{}", 200));
    operations = operations();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Client.Reply upload(String path) {
    var upload =
        server
            .admin()
            .post(
                "/api/v1/collections/theirs/documents",
                "{\"documents\":[{\"path\":\""
                    + path
                    + "\",\"text\":\"The secret number is four.\"}]}");
    server.admin().awaitJob(upload);
    return upload;
  }

  private static String documentOf(Client.Reply upload) {
    return upload.json().get("items").get(0).get("document_id").asString();
  }

  private static String id(Client.Reply made) {
    assertThat(made.status()).as(made.text()).isBetween(200, 201);
    return made.json().get("id").asString();
  }

  private static String freshDocument() {
    return documentOf(upload("fresh-" + FRESH.incrementAndGet() + ".txt"));
  }

  private static String freshCollection() {
    String id = "fresh-" + FRESH.incrementAndGet();
    server.collection(id);
    return id;
  }

  private static String freshConversation() {
    return id(
        byScope.get("ask").post("/api/v1/conversations", "{\"title\":\"the secret number\"}"));
  }

  private static String freshAnswer() {
    return id(
        byScope
            .get("ask")
            .post("/api/v1/answers", "{\"question\":\"secret number\",\"collection\":\"theirs\"}"));
  }

  private static String ratedAnswer() {
    byScope.get("ask").put("/api/v1/answers/" + answer + "/feedback", "{\"rating\":\"up\"}");
    return answer;
  }

  private static String freshSet() {
    String name = "fresh-" + FRESH.incrementAndGet();
    byScope.get("write").put("/api/v1/evaluations/datasets/" + name, QUESTIONS);
    return name;
  }

  private static String freshEvaluation() {
    Client writer = byScope.get("write");
    writer.put("/api/v1/evaluations/datasets/theirs-set", QUESTIONS);
    var run =
        writer.post(
            "/api/v1/evaluations", "{\"collection\":\"theirs\",\"dataset\":\"theirs-set\"}");
    server.admin().awaitJob(run);
    return run.json().get("evaluation_id").asString();
  }

  private static String freshKey() {
    return id(
        server
            .admin()
            .post(
                "/api/v1/keys",
                "{\"name\":\"fresh\",\"scopes\":[\"ask\"],\"collections\":[\"*\"]}"));
  }

  private static String loginBody() {
    String url = server.server().loginUrl();
    return Client.json(Map.of("token", url.substring(url.indexOf('=') + 1)));
  }

  private static List<Operation> operations() throws Exception {
    var operations = new ArrayList<Operation>();
    JsonNode description = new JsonMapper().readTree(Files.readString(FILE));
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
                                    method.getValue().get("operationId").asString(),
                                    method.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    method.getValue().path("x-required-scope").asString(""),
                                    method.getValue().path("security").isEmpty()
                                        && method.getValue().has("security")))));
    return operations;
  }

  private static Client.Reply call(Client client, Operation operation) {
    Row row = ROWS.get(operation.id);
    String path = operation.path.replaceFirst("\\{[a-z]+}", row.id.get()) + row.query;
    return client.send(
        client
            .request(path)
            .header("Content-Type", "application/json")
            .method(operation.method, BodyPublishers.ofString(row.body.get()))
            .build());
  }

  private static List<DynamicTest> forEach(Stream<Operation> operations, Check check) {
    return operations.map(o -> DynamicTest.dynamicTest(o.name(), () -> check.of(o))).toList();
  }

  /** What holds for an operation. */
  private interface Check {
    void of(Operation operation) throws Exception;
  }

  private static Stream<Operation> closed() {
    return operations.stream().filter(operation -> !operation.open);
  }

  @Test
  void everyOperationHasARow() {
    var described = new TreeSet<String>();
    operations.forEach(operation -> described.add(operation.id));
    assertThat(ROWS.keySet()).isEqualTo(described);
    assertThat(operations.stream().filter(Operation::open).map(Operation::id))
        .containsExactlyInAnyOrderElementsOf(OPEN);
    assertThat(closed().filter(operation -> operation.scope.isEmpty()).map(Operation::id))
        .containsExactlyInAnyOrderElementsOf(FOR_ALL_KEYS);
  }

  @TestFactory
  List<DynamicTest> nobodyGetsThroughWithoutAGoodCredential() {
    Client none = server.anonymous();
    Client unknown = none.with("rt_" + "0".repeat(52));
    var revoked = server.admin().post("/api/v1/keys", ofAdmin());
    server.admin().delete("/api/v1/keys/" + revoked.json().get("id").asString());
    var suspended = server.admin().post("/api/v1/keys", ofAdmin());
    server
        .admin()
        .patch("/api/v1/keys/" + suspended.json().get("id").asString(), "{\"suspended\":true}");
    List<Client> callers =
        List.of(
            none,
            unknown,
            none.with(revoked.json().get("key").asString()),
            none.with(suspended.json().get("key").asString()));
    return forEach(
        closed(),
        operation -> {
          for (Client caller : callers) {
            var reply = call(caller, operation);
            assertThat(reply.status()).as(reply.text()).isEqualTo(401);
          }
        });
  }

  private static String ofAdmin() {
    return "{\"name\":\"gone\",\"scopes\":[\"admin\"],\"collections\":[\"*\"]}";
  }

  @TestFactory
  List<DynamicTest> aKeyWithoutTheScopeIsRefused() {
    return forEach(
        closed().filter(operation -> !operation.scope.isEmpty()),
        operation -> {
          for (String scope : SCOPES) {
            if (!scope.equals(operation.scope)) {
              var reply = call(byScope.get(scope), operation);
              assertThat(reply.status()).as(scope + " " + reply.text()).isEqualTo(403);
              assertThat(reply.code()).isEqualTo("missing_scope");
              assertThat(reply.text()).contains("'" + operation.scope + "'");
            }
          }
        });
  }

  @TestFactory
  List<DynamicTest> aForeignCollectionIsAsIfItDidNotExist() {
    Client mine = server.withKey("ask read write", "mine");
    return forEach(
        closed()
            .filter(operation -> !operation.scope.equals("admin"))
            .filter(operation -> !NAMES_NOTHING.contains(operation.id)),
        operation -> {
          var reply = call(mine, operation);
          assertThat(reply.text()).doesNotContain("secret number");
          if (operation.isList()) {
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.text()).doesNotContain("theirs").doesNotContain(job);
          } else {
            assertThat(reply.status()).as(reply.text()).isEqualTo(404);
            assertThat(reply.code()).endsWith("_not_found");
          }
        });
  }

  @TestFactory
  List<DynamicTest> theRightKeyGetsThrough() {
    return forEach(
        operations.stream(),
        operation -> {
          String scope = operation.scope.isEmpty() ? "read" : operation.scope;
          Client right = operation.open ? server.anonymous() : byScope.get(scope);
          var reply = call(right, operation);
          assertThat(reply.status()).as(reply.text()).isEqualTo(ROWS.get(operation.id).status);
        });
  }
}
