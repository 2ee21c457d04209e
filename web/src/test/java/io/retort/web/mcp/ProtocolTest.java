package io.retort.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** JSON-RPC and its transport at {@code /mcp}, from outside. */
@Timeout(300)
class ProtocolTest {
  private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
  private static final String[] MARCH = {"MCP-Protocol-Version", "2025-03-26"};

  @TempDir static Path dataDir;
  private static TestServer server;
  private static Rpc rpc;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, new FakeModels(), Map.of());
    rpc = new Rpc(server.admin());
    server.collection("handbook");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** An error that is no answer to a request, as every HTTP status from 400 has. */
  private static void assertRefused(Client.Reply reply, int status, int code, String problem) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    assertThat(reply.json().propertyNames()).containsExactly("jsonrpc", "error");
    assertThat(reply.text()).doesNotContain("Exception").doesNotContain("io.retort");
    JsonNode error = reply.json().get("error");
    assertThat(error.get("code").asInt()).isEqualTo(code);
    assertThat(error.get("message").asString()).isNotBlank();
    assertThat(error.get("data").get("code").asString()).isEqualTo(problem);
    assertThat(error.get("data").get("status").asInt()).isEqualTo(status);
    assertThat(error.get("data").get("trace_id").asString()).isEqualTo(reply.header("X-Trace-Id"));
  }

  private static void assertInvalid(Client.Reply reply, @Nullable String id) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.json().path("error").path("code").asInt()).isEqualTo(-32600);
    assertThat(reply.json().path("error").path("message").asString("")).isNotBlank();
    assertThat(reply.json().has("id") ? reply.json().get("id").toString() : null).isEqualTo(id);
  }

  @ParameterizedTest
  @CsvSource({
    "2025-11-25, 2025-11-25",
    "2025-06-18, 2025-06-18",
    "2025-03-26, 2025-03-26",
    "2026-07-28, 2025-11-25",
    "2024-11-05, 2025-11-25",
    "nonsense, 2025-11-25",
  })
  void theVersionIsNegotiated(String wanted, String offered) {
    String initialize =
        Rpc.message(
            0,
            "initialize",
            Map.of(
                "protocolVersion",
                wanted,
                "capabilities",
                Map.of("roots", Map.of("listChanged", true)),
                "clientInfo",
                Map.of("name", "test", "version", "1")));
    // Some clients send the header of the version that they hope for with the first request too.
    for (Client.Reply reply :
        List.of(rpc.post(initialize), rpc.post(initialize, "MCP-Protocol-Version", wanted))) {
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      assertThat(reply.header("MCP-Session-Id")).matches("[!-~]{16,}");
      JsonNode result = reply.json().get("result");
      assertThat(result.get("protocolVersion").asString()).isEqualTo(offered);
      assertThat(result.get("capabilities").toString()).isEqualTo("{\"tools\":{}}");
      assertThat(result.get("serverInfo").get("name").asString()).isEqualTo("retort");
      assertThat(result.get("serverInfo").get("version").asString()).isNotBlank();
      assertThat(result.get("instructions").asString()).contains("list_collections");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2025-11-25", "2025-06-18", "2025-03-26"})
  void eachVersionIsTakenAfterwards(String version) {
    Client.Reply reply = rpc.post(PING, "MCP-Protocol-Version", version);
    assertThat(reply.text()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2024-11-05", "2026-07-28", "nonsense", "2025-11-25, 2025-06-18"})
  void otherVersionsAreRefused(String version) {
    assertRefused(
        rpc.post(PING, "MCP-Protocol-Version", version), 400, -32600, "invalid_parameter");
    assertRefused(
        rpc.post(
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
            "MCP-Protocol-Version",
            version),
        400,
        -32600,
        "invalid_parameter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/of-tomorrow\",\"params\":{\"a\":[1]}}",
      })
  void notificationsAreAcceptedWithoutAWord(String body) {
    Client.Reply reply = rpc.post(body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    assertThat(reply.text()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0", "-5", "\"a\"", "\"\"", "9007199254740993", "\"ü🌴\""})
  void theIdComesBackAsItWas(String id) {
    Client.Reply reply = rpc.post(PING.replace("\"id\":1", "\"id\":" + id));
    assertThat(reply.text()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "5 |",
        "\"ping\" |",
        "null |",
        "{} |",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"} |",
        "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"} |",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"} |",
        "{\"jsonrpc\":\"2.0\",\"id\":\"a\\ud800\",\"method\":\"ping\"} |",
        "{\"id\":1,\"method\":\"ping\"} | 1",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"} | 1",
        "{\"jsonrpc\":2.0,\"id\":\"x\",\"method\":\"ping\"} | \"x\"",
        "{\"jsonrpc\":\"2.0\",\"id\":1} | 1",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5} | 1",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]} | 1",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":\"a\"} | 1",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}} | 1",
        "{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"params\":5} |",
      })
  void whatIsNoMessageIsRefused(String body, @Nullable String id) {
    assertInvalid(rpc.post(body), id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"jsonrpc\":\"2.0\"", "hello", "{\"id\":NaN}", "", "{\"id\":1,\"id\":1}", "{}x"})
  void whatIsNoJsonIsRefused(String body) {
    assertRefused(rpc.post(body), 400, -32700, "malformed_json");
  }

  @Test
  void nestingHasALimit() {
    assertRefused(rpc.post("[".repeat(60) + "]".repeat(60)), 400, -32700, "malformed_json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tools/delete", "resources/list", "prompts/list", "logging/setLevel", "", "☃"})
  void unknownMethodsAreNotFound(String method) {
    JsonNode error = rpc.error(method, Map.of());
    assertThat(error.get("code").asInt()).isEqualTo(-32601);
    assertThat(error.get("message").asString()).contains("tools/call");
  }

  @Test
  void unknownToolsAndParamsOfAnotherShapeAreInvalid() {
    JsonNode unknown = rpc.error("tools/call", Map.of("name", "fly", "arguments", Map.of()));
    assertThat(unknown.get("code").asInt()).isEqualTo(-32602);
    assertThat(unknown.get("message").asString()).contains("'fly'");
    for (JsonNode error :
        List.of(
            rpc.error("tools/call", Map.of()),
            rpc.error("tools/call", Map.of("name", 5)),
            rpc.error("tools/call", Map.of("name", "ask", "arguments", List.of())),
            rpc.error("tools/call", Map.of("name", "Ask")),
            rpc.error("tools/call", Map.of("name", "\u0000".repeat(200))),
            rpc.error("tools/list", Map.of("cursor", "next")),
            rpc.error("initialize", Map.of()),
            rpc.error("initialize", Map.of("protocolVersion", 5)))) {
      assertThat(error.get("code").asInt()).isEqualTo(-32602);
    }
  }

  @Test
  void whatTheProtocolLeavesOpenIsOfNoEffect() {
    Map<String, Object> meta = Map.of("progressToken", 5);
    assertThat(rpc.result("tools/list", Map.of("_meta", meta)).has("tools")).isTrue();
    JsonNode result =
        rpc.result(
            "tools/call",
            Map.of("name", "list_collections", "_meta", meta, "task", Map.of("ttl", 5)));
    assertThat(result.get("isError").asBoolean()).isFalse();
  }

  @Test
  void anInitializedSessionIsNotNeeded() {
    // No request before this one, no session id, and an id that was used before.
    assertThat(rpc.toolNames()).contains("ask");
    assertThat(rpc.post(PING, "MCP-Session-Id", "whatever").status()).isEqualTo(200);
  }

  @Test
  void thereIsNothingToListenToAndNothingToEnd() {
    for (String method : List.of("GET", "DELETE", "PUT")) {
      Client.Reply reply =
          server
              .admin()
              .send(
                  server
                      .admin()
                      .request("/mcp")
                      .header("Accept", "text/event-stream")
                      .method(method, BodyPublishers.noBody())
                      .build());
      assertRefused(reply, 405, -32000, "method_not_allowed");
      assertThat(reply.header("Allow")).isEqualTo("POST");
    }
  }

  @Test
  void otherMediaTypesAreRefused() {
    Client admin = server.admin();
    assertRefused(
        admin.send(
            admin
                .request("/mcp")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(PING))
                .build()),
        415,
        -32000,
        "unsupported_media_type");
    assertRefused(
        admin.send(
            admin
                .request("/mcp")
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString(PING))
                .build()),
        406,
        -32000,
        "not_acceptable");
  }

  @Test
  void whoIsUnknownIsRefused() {
    Client none = server.anonymous();
    for (Client stranger : List.of(none, none.with("rt_" + "0".repeat(52)), none.with("x"))) {
      for (Client.Reply reply :
          List.of(new Rpc(stranger).post(PING), stranger.get("/mcp"), stranger.delete("/mcp"))) {
        assertRefused(reply, 401, -32000, "unauthenticated");
        assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
      }
    }
  }

  @Test
  void aRevokedKeyIsUnknown() {
    Client admin = server.admin();
    Client.Reply made =
        admin.post(
            "/api/v1/keys",
            "{\"name\":\"gone\",\"scopes\":[\"read\"],\"collections\":[\"*\"],\"expires_at\":null}");
    var key = new Rpc(admin.with(made.json().get("key").asString()));
    assertThat(key.post(PING).status()).isEqualTo(200);
    admin.delete("/api/v1/keys/" + made.json().get("id").asString());
    assertRefused(key.post(PING), 401, -32000, "unauthenticated");
  }

  @Test
  void pagesOfAnotherOriginAreRefused() {
    for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:1")) {
      assertRefused(rpc.post(PING, "Origin", origin), 403, -32000, "origin_not_allowed");
      assertRefused(
          new Rpc(server.anonymous()).post(PING, "Origin", origin),
          403,
          -32000,
          "origin_not_allowed");
    }
    assertThat(rpc.post(PING, "Origin", server.address()).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/mcp/", "/mcp/messages", "/MCP"})
  void nothingElseIsThere(String path) {
    assertThat(server.admin().post(path, PING).status()).isEqualTo(404);
    assertThat(server.anonymous().post(path, PING).status()).isEqualTo(401);
  }

  private static String add(String text) {
    return Rpc.message(
        1,
        "tools/call",
        Map.of(
            "name",
            "add_document",
            "arguments",
            Map.of("collection", "handbook", "path", "long.txt", "text", text)));
  }

  @Test
  void bodiesAreAsLongAsInTheRestApi() {
    String long2 = "x ".repeat(1 << 20);
    Client.Reply added = rpc.post(add(long2));
    assertThat(added.json().get("result").get("isError").asBoolean()).isFalse();
    // Only a text to add may be so long, and only from who may add one.
    String question =
        Rpc.message(
            1,
            "tools/call",
            Map.of("name", "ask", "arguments", Map.of("question", long2, "collection", "a")));
    assertRefused(rpc.post(question), 413, -32000, "body_too_large");
    assertRefused(rpc.post("[" + add(long2) + "]"), 413, -32000, "body_too_large");
    assertRefused(
        new Rpc(server.withKey("ask read")).post(add(long2)), 413, -32000, "body_too_large");
    assertRefused(rpc.post(add("x".repeat(16 << 20))), 413, -32000, "body_too_large");
  }

  @Test
  void marchsVersionTakesSeveralMessagesAtOnce() {
    String batch =
        "[%s,{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"},{\"id\":2},%s,%s]"
            .formatted(
                PING,
                Rpc.message(3, "initialize", Map.of("protocolVersion", "2025-03-26")),
                Rpc.message(4, "tools/call", Map.of("name", "list_collections")));
    for (Client.Reply reply : List.of(rpc.post(batch, MARCH), rpc.post(batch))) {
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      assertThat(reply.json().valueStream())
          .extracting(r -> r.get("id") + " " + r.path("error").path("code").asInt(0))
          .containsExactly("1 0", "2 -32600", "3 -32600", "4 0");
    }
    String told = "[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}]";
    assertThat(rpc.post(told, MARCH).status()).isEqualTo(202);
    assertInvalid(rpc.post("[]", MARCH), null);
    assertInvalid(rpc.post("[" + (PING + ",").repeat(32) + PING + "]", MARCH), null);
    for (String later : List.of("2025-06-18", "2025-11-25")) {
      assertInvalid(rpc.post(batch, "MCP-Protocol-Version", later), null);
    }
  }
}
