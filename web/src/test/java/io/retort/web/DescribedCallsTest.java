package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.DescribedApi;
import io.retort.web.fakes.DescribedApi.Operation;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.GeneratedCall;
import io.retort.web.fakes.TestServer;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Whatever is sent, the service answers as the description says that it serves. */
@Timeout(600)
class DescribedCallsTest {
  private static final int CASES = 50;
  private static final JsonMapper JSON = new JsonMapper();

  /** What no case can have: a job with something to do, a login address. Deletions name nothing. */
  private static final Set<String> REFUSED =
      Set.of("cancelJob", "knockOut", "login", "retryDocument", "retryJob");

  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client admin;
  private static DescribedApi api;

  /** What exists, by the beginning of the path that names it. */
  private static final Map<String, String> THERE = new TreeMap<>();

  @BeforeAll
  static void start() throws Exception {
    server =
        new TestServer(
            dataDir,
            new FakeModels(),
            Map.of("retort.limits.requests-per-minute", "1000000", "retort.answers.slots", "2"));
    admin = server.admin();
    api = new DescribedApi(admin.get("/v3/api-docs").json());
    server.collection("handbook");
    THERE.put("/api/v1/collections/", "handbook");
    THERE.put("/v1/models/", "handbook");
    var upload =
        admin.post(
            "/api/v1/collections/handbook/documents",
            "{\"documents\":[{\"path\":\"leave.txt\",\"text\":\"Employees may carry over five days.\"}]}");
    admin.awaitJob(upload);
    THERE.put("/api/v1/jobs/", upload.json().get("id").asString());
    THERE.put("/api/v1/documents/", upload.json().at("/items/0/document_id").asString());
    String answer =
        admin
            .post(
                "/api/v1/answers", "{\"question\":\"How many days?\",\"collection\":\"handbook\"}")
            .json()
            .get("id")
            .asString();
    THERE.put("/api/v1/answers/", answer);
    admin.put("/api/v1/answers/" + answer + "/feedback", "{\"rating\":\"up\"}");
    THERE.put(
        "/api/v1/conversations/",
        admin.post("/api/v1/conversations", "{\"title\":\"a\"}").json().get("id").asString());
    THERE.put(
        "/api/v1/keys/",
        admin
            .post(
                "/api/v1/keys",
                "{\"name\":\"k\",\"scopes\":[\"ask\"],\"collections\":[\"handbook\"]}")
            .json()
            .get("id")
            .asString());
    admin.put(
        "/api/v1/evaluations/datasets/questions", "{\"question\":\"How many?\",\"answers\":[]}");
    THERE.put("/api/v1/evaluations/datasets/", "questions");
    var run =
        admin.post(
            "/api/v1/evaluations", "{\"collection\":\"handbook\",\"dataset\":\"questions\"}");
    admin.awaitJob(run);
    THERE.put("/api/v1/evaluations/", run.json().get("evaluation_id").asString());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** The seed of the cases; another can be given to look further. */
  private static long seed() {
    return Long.getLong("retort.test.seed", 1);
  }

  @Tag("API-1")
  @TestFactory
  Stream<DynamicTest> everyAnswerIsDescribed() {
    return api.operations().stream()
        .map(o -> DynamicTest.dynamicTest(o.name(), () -> everyAnswerIsDescribed(o)));
  }

  private static void everyAnswerIsDescribed(Operation operation) {
    var random = new Random(seed() ^ operation.name().hashCode());
    var wrong = new ArrayList<String>();
    int good = 0;
    for (int n = 0; n < CASES; n++) {
      var call = GeneratedCall.of(api, operation, THERE, random);
      Client.Reply reply = admin.send(call.request(admin));
      good += reply.status() < 400 ? 1 : 0;
      api.complaint(operation, reply)
          .ifPresent(
              complaint ->
                  wrong.add(
                      "seed %d, %s: %s: %s".formatted(seed(), call, complaint, reply.text())));
    }
    assertThat(wrong).isEmpty();
    if (!operation.method().equals("DELETE") && !REFUSED.contains(operation.name())) {
      assertThat(good).as("cases that were not refused").isPositive();
    }
  }

  @Tag("API-1")
  @Test
  void aMethodThatIsNotDescribedIsRefused() {
    List<String> methods = List.of("GET", "PUT", "POST", "PATCH", "DELETE");
    var wrong = new ArrayList<String>();
    for (String template : api.paths()) {
      String path = template.replaceAll("\\{[a-z]+}", "x");
      for (String method : methods) {
        boolean described =
            path.equals("/login") && method.equals("GET") // a page
                || api.operations().stream()
                    .anyMatch(o -> o.method().equals(method) && o.path().equals(template));
        if (!described) {
          var reply =
              admin.send(admin.request(path).method(method, BodyPublishers.noBody()).build());
          boolean told =
              api.operations().stream()
                  .filter(o -> o.path().equals(template))
                  .allMatch(o -> reply.header("Allow").contains(o.method()));
          if (reply.status() != 405 || !told) {
            wrong.add(
                "%s %s: %d, Allow: %s"
                    .formatted(method, path, reply.status(), reply.header("Allow")));
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Tag("API-1")
  @Test
  void whatIsMadeIsThereUntilItIsDeleted() {
    Map<String, String> made = new TreeMap<>();
    made.put("/api/v1/collections/fleeting", post("/api/v1/collections", "{\"id\":\"fleeting\"}"));
    String upload =
        post(
            "/api/v1/collections/handbook/documents",
            "{\"documents\":[{\"path\":\"fleeting.txt\",\"text\":\"Gone soon.\"}]}");
    made.put(
        "/api/v1/documents/" + JSON.readTree(upload).at("/items/0/document_id").asString(), "");
    made.put("/api/v1/conversations/" + id(post("/api/v1/conversations", "{\"title\":\"b\"}")), "");
    String feedback = "/api/v1/answers/" + THERE.get("/api/v1/answers/") + "/feedback";
    assertThat(admin.put(feedback, "{\"rating\":\"down\"}").status()).isBetween(200, 201);
    made.put(feedback, "");
    var run =
        admin.post(
            "/api/v1/evaluations", "{\"collection\":\"handbook\",\"dataset\":\"questions\"}");
    admin.awaitJob(run);
    made.put("/api/v1/evaluations/" + run.json().get("evaluation_id").asString(), "");
    made.keySet()
        .forEach(
            path -> {
              assertThat(admin.get(path).status()).as(path).isEqualTo(200);
              assertThat(admin.delete(path).status()).as(path).isEqualTo(204);
              assertThat(admin.get(path).status()).as(path).isEqualTo(404);
              assertThat(admin.delete(path).status()).as(path).isEqualTo(404);
            });
  }

  private static String post(String path, String body) {
    var reply = admin.post(path, body);
    assertThat(reply.status()).as(reply.text()).isBetween(200, 299);
    return reply.text();
  }

  private static String id(String body) {
    return JSON.readTree(body).get("id").asString();
  }

  /** Numbers that programs send by mistake, for every field that has bounds. */
  @Tag("API-2")
  @TestFactory
  Stream<DynamicTest> aNumberOutOfBoundsIsRefusedByName() {
    return api.operations().stream()
        .filter(o -> !api.numbers(o).isEmpty())
        .map(o -> DynamicTest.dynamicTest(o.name(), () -> numbersAreRefused(o)));
  }

  private static void numbersAreRefused(Operation operation) {
    api.numbers(operation)
        .forEach(
            (field, schema) -> {
              for (String number :
                  List.of("-1", "0", "2147483648", "9223372036854775808", "1e308", "NaN")) {
                if (fits(schema, number)) {
                  continue;
                }
                var reply = send(operation, field, number);
                String what = operation.name() + ", " + field + " = " + number;
                assertThat(reply.status()).as(what + ": " + reply.text()).isEqualTo(400);
                if (!number.equals("NaN")) { // which is no JSON
                  assertThat(reply.text()).as(what).contains(field);
                }
              }
            });
  }

  private static boolean fits(JsonNode schema, String number) {
    if (number.equals("NaN")) {
      return false;
    }
    var value = new BigDecimal(number);
    return value.compareTo(bound(schema, "minimum", "-1e400")) >= 0
        && value.compareTo(bound(schema, "maximum", "1e400")) <= 0
        && (!schema.has("exclusiveMinimum")
            || value.compareTo(bound(schema, "exclusiveMinimum", "0")) > 0);
  }

  private static BigDecimal bound(JsonNode schema, String name, String otherwise) {
    return schema.has(name) ? schema.get(name).decimalValue() : new BigDecimal(otherwise);
  }

  private static Client.Reply send(Operation operation, String field, String number) {
    String path = operation.pathOf(THERE);
    if (api.isQuery(operation, field)) {
      var others = new StringBuilder();
      api.needed(operation).forEach((name, value) -> others.append('&').append(name + "=" + value));
      return admin.get(path + "?" + field + "=" + number + others);
    }
    ObjectNode body = (ObjectNode) api.example(operation).deepCopy();
    body.put(field, "@");
    return admin.send(
        admin
            .request(path)
            .header("Content-Type", "application/json")
            .method(
                operation.method(),
                BodyPublishers.ofString(body.toString().replace("\"@\"", number)))
            .build());
  }

  /** What is refused has cost no room for what it asked for; client and server together. */
  @Tag("API-2")
  @Test
  void aNumberOutOfBoundsCostsNoMemory() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    String body = "{\"question\":\"q\",\"collection\":\"handbook\",\"k\":2147483647}";
    int calls = 50;
    admin.post("/api/v1/answers", body);
    long before = threads.getTotalThreadAllocatedBytes();
    for (int n = 0; n < calls; n++) {
      assertThat(admin.post("/api/v1/answers", body).status()).isEqualTo(400);
    }
    assertThat((threads.getTotalThreadAllocatedBytes() - before) / calls)
        .as("bytes a call")
        .isLessThan(1 << 20);
  }
}
