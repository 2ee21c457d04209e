package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every wrong request ends in a documented problem, and never in a stack trace. */
class BadInputTest {
  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client admin;

  @BeforeAll
  static void start() throws Exception {
    server =
        new TestServer(dataDir, new FakeModels(), Map.of("retort.ingest.max-file-size", "1MB"));
    admin = server.admin();
    server.collection("handbook");
    admin.awaitJob(
        admin.post(
            "/api/v1/collections/handbook/documents",
            "{\"documents\":[{\"path\":\"a.txt\",\"text\":\"Employees may carry over five days.\"}]}"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void assertProblem(Client.Reply reply, int status, String code) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(reply.header("X-Trace-Id")).matches("[0-9a-f]{32}");
    var json = reply.json();
    assertThat(json.get("code").asString()).isEqualTo(code);
    assertThat(json.get("type").asString()).isEqualTo("/problems/" + code);
    assertThat(json.get("status").asInt()).isEqualTo(status);
    assertThat(json.get("trace_id").asString()).isEqualTo(reply.header("X-Trace-Id"));
    assertThat(json.propertyNames())
        .containsExactlyInAnyOrder(
            "type", "title", "status", "detail", "instance", "code", "trace_id", "errors");
    assertThat(reply.text())
        .doesNotContain("Exception")
        .doesNotContain("io.retort")
        .doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{} | 400 | missing_field",
        "{\"question\":\"a\"} | 400 | invalid_parameter",
        "{\"question\":\"\",\"collection\":\"handbook\"} | 400 | invalid_parameter",
        "{\"question\":\"  \",\"collection\":\"handbook\"} | 400 | invalid_parameter",
        "{\"question\":\"a\\u0000b\",\"collection\":\"handbook\"} | 400 | invalid_parameter",
        "{\"question\":\"a\\ud800\",\"collection\":\"handbook\"} | 400 | invalid_parameter",
        "{\"question\":\"a\",\"collection\":\"nowhere\"} | 404 | collection_not_found",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"collections\":[\"handbook\"]} | 400 | invalid_parameter",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"colour\":1} | 400 | unknown_field",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"conversation_id\":\"x\"} | 404 | conversation_not_found",
        "{\"question\":5,\"collection\":\"handbook\"} | 400 | invalid_parameter",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"k\":0} | 400 | invalid_parameter",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"k\":2147483648} | 400 | invalid_parameter",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"max_tokens\":-1} | 400 | invalid_parameter",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"temperature\":1e308} | 400 | invalid_parameter",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"temperature\":NaN} | 400 | malformed_json",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"seed\":9223372036854775808} | 400 | invalid_parameter",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"style\":\"long\"} | 400 | invalid_parameter",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"filters\":[{\"field\":\"x\",\"op\":\"exists\"}]} | 400 | unknown_filter_field",
        "{\"question\":\"a\",\"collection\":\"handbook\",\"filters\":[{\"field\":\"page\",\"op\":\"eq\",\"value\":\"1\"}]} | 400 | invalid_filter",
        "{\"question\":\"a\",\"question\":\"b\",\"collection\":\"handbook\"} | 400 | malformed_json",
        "{\"question\":\"a\" | 400 | malformed_json",
        "hello | 400 | malformed_json",
      })
  void wrongQuestionsAreRefused(String body, int status, String code) {
    assertProblem(admin.post("/api/v1/answers", body), status, code);
  }

  @Test
  void allWrongFieldsAreNamedAtOnce() {
    var reply =
        admin.post("/api/v1/answers", "{\"k\":99,\"style\":\"x\",\"temperature\":3,\"unheard\":1}");
    assertProblem(reply, 400, "invalid_parameter");
    assertThat(reply.json().get("errors"))
        .extracting(e -> e.get("field").asString())
        .containsExactlyInAnyOrder("unheard", "question", "k", "style", "temperature");
  }

  @Test
  void anOverLongQuestionIsRefusedByCharactersAndByTokens() {
    assertProblem(
        admin.post(
            "/api/v1/answers",
            Client.json(Map.of("question", "x".repeat(2_001), "collection", "handbook"))),
        400,
        "invalid_parameter");
    var reply =
        admin.post(
            "/api/v1/answers",
            Client.json(Map.of("question", "why ".repeat(300), "collection", "handbook")));
    assertProblem(reply, 400, "question_too_long");
    assertThat(reply.json().get("detail").asString()).contains("300").contains("256");
  }

  @Test
  @Tag("API-3")
  void aBodyThatIsTooLargeIsRefusedWhileItIsRead() {
    assertProblem(
        admin.post("/api/v1/answers", "{\"question\":\"" + "x".repeat(2 << 20) + "\"}"),
        413,
        "body_too_large");
  }

  @Test
  @Tag("API-3")
  void aDeepBodyIsRefused() {
    assertProblem(
        admin.post("/api/v1/answers", "[".repeat(10_000) + "]".repeat(10_000)),
        400,
        "malformed_json");
  }

  @Test
  @Tag("API-3")
  void aBodyOfVeryManyKeysIsRefused() {
    String keys =
        "\"k%d\":1,".repeat(50_000).formatted(IntStream.range(0, 50_000).boxed().toArray());
    assertProblem(
        admin.post("/api/v1/answers", "{" + keys + "\"question\":\"q\"}"), 400, "unknown_field");
    assertProblem(
        admin.post("/api/v1/answers", "{" + keys.repeat(20) + "\"question\":\"q\"}"),
        413,
        "body_too_large");
  }

  /** The limit acts while the body comes: this one never ends. */
  @Test
  @Tag("API-3")
  void aBodyWithoutEndIsRefusedBeforeItsEnd() throws IOException {
    try (Socket socket = begin("POST /api/v1/answers", "Transfer-Encoding: chunked")) {
      byte[] chunk =
          ("10000\r\n" + "x".repeat(1 << 16) + "\r\n").getBytes(StandardCharsets.US_ASCII);
      for (int n = 0; n < 24; n++) { // 1.5 MiB, of which one is taken
        socket.getOutputStream().write(chunk);
      }
      assertThat(firstLine(socket)).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  @Tag("API-3")
  void veryManyPartsAreRefused() {
    List<Client.File> parts =
        IntStream.range(0, 10_000).mapToObj(n -> new Client.File("f" + n, new byte[1])).toList();
    var reply = admin.upload("/api/v1/collections/handbook/documents", parts, null);
    assertThat(reply.status()).as(reply.text()).isIn(400, 413);
    assertThat(reply.code()).isIn("invalid_multipart", "body_too_large", "invalid_parameter");
  }

  /** Requests that stop arriving keep nobody else waiting, and are given up. */
  @Test
  @Tag("API-3")
  void whatStopsArrivingIsGivenUp() throws IOException {
    var stalled = new ArrayList<Socket>();
    try {
      for (int n = 0; n < 100; n++) {
        Socket socket = open();
        socket
            .getOutputStream()
            .write("GET /health HTTP/1.1\r\nHo".getBytes(StandardCharsets.US_ASCII));
        stalled.add(socket);
      }
      Socket body = begin("POST /api/v1/answers", "Content-Length: 100");
      stalled.add(body);
      body.getOutputStream().write("{\"question\":".getBytes(StandardCharsets.US_ASCII));
      long start = System.nanoTime();
      assertThat(admin.get("/health").status()).isEqualTo(200);
      assertThat(System.nanoTime() - start).as("ns").isLessThan(5_000_000_000L);
      body.setSoTimeout(40_000);
      assertThat(firstLine(body)).startsWith("HTTP/1.1 408");
      for (Socket socket : stalled.subList(0, 100)) {
        socket.setSoTimeout(10_000);
        assertThat(socket.getInputStream().read()).as("what a stalled head is told").isNotZero();
      }
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  private static Socket open() throws IOException {
    URI uri = URI.create(server.address());
    return new Socket(uri.getHost(), uri.getPort());
  }

  /** A request with a credential whose body is still to come. */
  private static Socket begin(String line, String header) throws IOException {
    Socket socket = open();
    String key = admin.request("/").build().headers().firstValue("Authorization").orElseThrow();
    socket
        .getOutputStream()
        .write(
            "%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\nContent-Type: application/json\r\n%s\r\n\r\n"
                .formatted(line, key, header)
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String firstLine(Socket socket) throws IOException {
    var line = new StringBuilder();
    for (int c = socket.getInputStream().read();
        c > 0 && c != '\r';
        c = socket.getInputStream().read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded"})
  void anotherContentTypeIsRefused(String type) {
    var reply =
        admin.send(
            admin
                .request("/api/v1/answers")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString("question=a"))
                .build());
    assertProblem(reply, 415, "unsupported_media_type");
  }

  @Test
  void aBodyWithoutContentTypeIsRefused() {
    assertProblem(
        admin.send(admin.request("/api/v1/search").POST(BodyPublishers.ofString("{}")).build()),
        415,
        "unsupported_media_type");
  }

  @Test
  void anUnwantedMediaTypeIsRefused() {
    for (String path : List.of("/api/v1/answers", "/api/v1/search")) {
      assertProblem(
          admin.send(
              admin
                  .request(path)
                  .header("Content-Type", "application/json")
                  .header("Accept", "image/png")
                  .POST(BodyPublishers.ofString("{}"))
                  .build()),
          406,
          "not_acceptable");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/nothing",
        "/api/v2/answers",
        "/api/v1/collections/handbook/nothing",
        "/nothing",
        "/actuator/env",
        "/actuator/heapdump",
        "/h2-console",
        "/error",
        "/api/v1/collections/",
        "/api//v1/collections",
        "/api/v1/collections;x=1",
        "/api/v1/%2e%2e/collections",
        "/index.html",
      })
  void anUnknownPathIsNotFound(String path) {
    assertProblem(admin.get(path), 404, "not_found");
    assertProblem(server.anonymous().get(path), 401, "unauthenticated");
  }

  @Test
  void aWrongMethodIsToldTheRightOnes() {
    var reply = admin.send(admin.request("/api/v1/answers").PUT(BodyPublishers.noBody()).build());
    assertProblem(reply, 405, "method_not_allowed");
    assertThat(reply.header("Allow")).contains("POST");
    assertProblem(admin.delete("/api/v1/search"), 405, "method_not_allowed");
    for (String action : List.of("jobs/job_1:cancel", "answers/ans_1:knock-out")) {
      var looked = admin.get("/api/v1/" + action);
      assertProblem(looked, 405, "method_not_allowed");
      assertThat(looked.header("Allow")).isEqualTo("POST");
    }
  }

  /** The question sets have an address that might be a run's. */
  @ParameterizedTest
  @CsvSource({"datasets, 'GET,HEAD,OPTIONS'", "datasets/rows, 'PUT,DELETE,OPTIONS'"})
  void aNeighbouringResourceLendsNoMethods(String resource, String methods) {
    String path = "/api/v1/evaluations/" + resource;
    assertProblem(admin.patch(path, "{}"), 405, "method_not_allowed");
    var options =
        admin.send(admin.request(path).method("OPTIONS", BodyPublishers.noBody()).build());
    assertThat(options.status()).isEqualTo(200);
    assertThat(options.header("Allow").split(",")).containsExactlyInAnyOrder(methods.split(","));
    if (!methods.contains("DELETE")) {
      assertProblem(admin.delete(path), 405, "method_not_allowed");
    }
    if (!methods.contains("GET")) {
      assertProblem(admin.get(path), 405, "method_not_allowed");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/documents/doc_00000000000000000000000000, document_not_found",
    "/api/v1/documents/nonsense, document_not_found",
    "/api/v1/documents/doc_00000000000000000000000000/passage, document_not_found",
    "/api/v1/documents/doc_00000000000000000000000000/chunks, document_not_found",
    "/api/v1/documents/doc_00000000000000000000000000/original, document_not_found",
    "/api/v1/jobs/job_00000000000000000000000000, job_not_found",
    "/api/v1/jobs/nonsense/items, job_not_found",
    "/api/v1/jobs/nonsense/events, job_not_found",
    "/api/v1/answers/ans_00000000000000000000000000, answer_not_found",
    "/api/v1/answers/ans_00000000000000000000000000/feedback, answer_not_found",
    "/api/v1/conversations/cnv_00000000000000000000000000, conversation_not_found",
    "/api/v1/collections/nowhere, collection_not_found",
    "/api/v1/collections/nowhere/documents, collection_not_found",
  })
  void whatDoesNotExistIsNotFound(String path, String code) {
    assertProblem(admin.send(admin.request(path).header("Accept", "*/*").GET().build()), 404, code);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/collections?limit=0, invalid_parameter",
    "/api/v1/collections?limit=x, invalid_parameter",
    "/api/v1/collections?limt=5, unknown_field",
    "/api/v1/collections?cursor=UPPER, invalid_cursor",
    "/api/v1/jobs?state=lost, invalid_parameter",
    "/api/v1/jobs?=nameless, malformed_request",
    "/api/v1/jobs?%0A=1, malformed_request",
    "/api/v1/jobs?limit=%C3%28, malformed_request",
    "/api/v1/jobs?cursor=nonsense, invalid_cursor",
    "/api/v1/keys?cursor=nonsense, invalid_cursor",
    "/api/v1/collections/handbook/documents?status=LOST, invalid_parameter",
    "/api/v1/collections/handbook/documents?status=searchable, invalid_parameter",
    "/api/v1/collections/handbook/documents?cursor=!!, invalid_cursor",
    "/api/v1/collections/handbook/documents?cursor=nonsense, invalid_cursor",
  })
  void wrongQueriesAreRefused(String path, String code) {
    assertProblem(admin.get(path), 400, code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"id\":\"UPPER\"} | 400 | invalid_parameter",
        "{\"id\":\"new\",\"fields\":[{\"name\":\"a\"}]} | 400 | missing_field",
        "{\"id\":\"retort-encoder\"} | 400 | invalid_parameter",
        "{\"id\":\"x\",\"fields\":[{\"name\":\"a\",\"type\":\"text\"}]} | 400 | invalid_parameter",
        "{\"id\":\"x\",\"fields\":[{\"name\":\"a\",\"type\":\"date\"},{\"name\":\"a\",\"type\":\"date\"}]} | 400 | invalid_parameter",
        "{\"id\":\"handbook\"} | 409 | collection_exists",
      })
  void wrongCollectionsAreRefused(String body, int status, String code) {
    assertProblem(admin.post("/api/v1/collections", body), status, code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"name\":\"x\",\"scopes\":[],\"collections\":[\"*\"]} | invalid_parameter",
        "{\"name\":\"x\",\"scopes\":[\"root\"],\"collections\":[\"*\"]} | invalid_parameter",
        "{\"name\":\"x\",\"scopes\":[\"ask\"],\"collections\":[\"nowhere\"]} | invalid_parameter",
        "{\"name\":\"x\",\"scopes\":[\"ask\"],\"collections\":[\"*\",\"handbook\"]} | invalid_parameter",
        "{\"name\":\"x\",\"scopes\":[\"ask\"],\"collections\":[\"*\"],\"expires_at\":\"2020-01-01T00:00:00Z\"} | invalid_parameter",
        "{\"scopes\":[\"ask\"],\"collections\":[\"*\"]} | missing_field",
      })
  void wrongKeysAreRefused(String body, String code) {
    assertProblem(admin.post("/api/v1/keys", body), 400, code);
  }

  @Test
  void wrongUploadsAreRefused() {
    String path = "/api/v1/collections/handbook/documents";
    assertProblem(admin.upload(path, List.of(), null), 400, "invalid_multipart");
    assertProblem(
        admin.upload(path, List.of(new Client.File("a", new byte[1])), "{"), 400, "malformed_json");
    assertProblem(
        admin.upload(path, List.of(new Client.File("a", new byte[1])), "[{\"x\":1}]"),
        400,
        "unknown_field");
    assertProblem(
        admin.upload(path, List.of(new Client.File("a", new byte[1])), "[{},{}]"),
        400,
        "invalid_parameter");
    assertProblem(
        admin.send(
            admin
                .request(path)
                .header("Content-Type", "multipart/form-data; boundary=x")
                .POST(BodyPublishers.ofString("--x\r\nContent-Disposition: form-data; na"))
                .build()),
        400,
        "invalid_multipart");
    assertProblem(
        admin.send(
            admin
                .request(path)
                .header("Content-Type", "multipart/form-data")
                .POST(BodyPublishers.ofString("x"))
                .build()),
        400,
        "invalid_multipart");
    assertProblem(
        admin.upload(
            "/api/v1/collections/nowhere/documents",
            List.of(new Client.File("a", new byte[1])),
            null),
        404,
        "collection_not_found");
    assertProblem(
        admin.post(
            path, "{\"documents\":[{\"path\":\"a\",\"text\":\"b\",\"media_type\":\"image/png\"}]}"),
        400,
        "invalid_parameter");
    assertProblem(admin.post(path, "{\"documents\":[]}"), 400, "invalid_parameter");
    assertProblem(
        admin.delete("/api/v1/collections/handbook/documents?path_prefix="),
        400,
        "invalid_parameter");
    assertProblem(admin.delete("/api/v1/collections/handbook/documents"), 400, "missing_field");
  }

  @Test
  void aFileThatIsTooLargeIsAnItemAndTheOthersGoOn() {
    var reply =
        admin.upload(
            "/api/v1/collections/handbook/documents",
            List.of(
                new Client.File("large.bin", new byte[(1 << 20) + 1]),
                new Client.File(
                    "small.txt", "A small text of words.".getBytes(StandardCharsets.UTF_8))),
            null);
    assertThat(admin.awaitJob(reply).get("completed").asInt()).isEqualTo(1);
    var items = admin.get("/api/v1/jobs/" + reply.json().get("id").asString() + "/items").json();
    assertThat(items.get("items"))
        .extracting(i -> i.get("path").asString() + " " + i.get("status").asString())
        .containsExactlyInAnyOrder("large.bin LIMIT", "small.txt SEARCHABLE");
  }

  @Test
  @Tag("API-3")
  void headersThatAreTooLargeAreRefused() {
    var reply =
        admin.send(admin.request("/api/v1/jobs").header("X-Long", "x".repeat(100_000)).build());
    assertThat(reply.status()).isIn(400, 431);
    assertThat(reply.header("Content-Type")).isEqualTo("application/problem+json");
  }

  @Test
  void aRequestThatIsNoHttpIsRefusedWithoutATrace() throws IOException {
    URI uri = URI.create(server.address());
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.getOutputStream().write("NONSENSE\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer)
          .startsWith("HTTP/1.1 400")
          .doesNotContain("Exception")
          .doesNotContain("Tomcat");
    }
  }

  @Test
  void anUnusableIdempotencyKeyIsRefused() {
    var reply =
        admin.send(
            admin
                .request("/api/v1/collections/handbook/documents")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "x".repeat(129))
                .POST(BodyPublishers.ofString("{\"documents\":[{\"path\":\"a\",\"text\":\"b\"}]}"))
                .build());
    assertProblem(reply, 400, "invalid_parameter");
  }

  @Test
  void aFailingModelIsAProblemAndTheServiceGoesOn() {
    String body = "{\"question\":\"fail now\",\"collection\":\"handbook\"}";
    assertProblem(admin.post("/api/v1/answers", body), 500, "internal_error");
    assertThat(admin.get("/health").status()).isEqualTo(200);
  }
}
