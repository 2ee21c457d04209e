package io.retort.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of {@code /mcp} that writes the protocol by hand. */
record Rpc(Client client) {
  private static final JsonMapper JSON = new JsonMapper();

  HttpRequest.Builder request() {
    return client
        .request("/mcp")
        .header("Accept", "application/json, text/event-stream")
        .header("Content-Type", "application/json; charset=utf-8");
  }

  /** Sends a body as it is. */
  Client.Reply post(String body, String... headers) {
    HttpRequest.Builder request = request().POST(BodyPublishers.ofString(body));
    return client.send((headers.length == 0 ? request : request.headers(headers)).build());
  }

  static String message(int id, String method, Map<String, ?> params) {
    return Client.json(Map.of("jsonrpc", "2.0", "id", id, "method", method, "params", params));
  }

  /** The whole response to a request. */
  JsonNode response(String method, Map<String, ?> params) {
    Client.Reply reply = post(message(7, method, params), "MCP-Protocol-Version", "2025-11-25");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    assertThat(reply.header("MCP-Session-Id")).isEmpty();
    JsonNode response = reply.json();
    assertThat(response.get("jsonrpc").asString()).isEqualTo("2.0");
    assertThat(response.get("id").asInt()).isEqualTo(7);
    return response;
  }

  JsonNode result(String method, Map<String, ?> params) {
    JsonNode response = response(method, params);
    assertThat(response.propertyNames()).containsExactly("jsonrpc", "id", "result");
    return response.get("result");
  }

  /** The error of a request that is none of the protocol's. */
  JsonNode error(String method, Map<String, ?> params) {
    JsonNode response = response(method, params);
    assertThat(response.propertyNames()).containsExactly("jsonrpc", "id", "error");
    return response.get("error");
  }

  private JsonNode call(String tool, Map<String, ?> arguments) {
    return result("tools/call", Map.of("name", tool, "arguments", arguments));
  }

  /** The structured content of a call that goes well. */
  JsonNode done(String tool, Map<String, ?> arguments) {
    JsonNode result = call(tool, arguments);
    assertThat(result.get("isError").asBoolean()).as(result.toString()).isFalse();
    assertThat(result.propertyNames()).containsExactly("content", "structuredContent", "isError");
    JsonNode text = result.get("content").get(0);
    assertThat(text.get("type").asString()).isEqualTo("text");
    JsonNode structured = result.get("structuredContent");
    assertThat(JSON.readTree(text.get("text").asString())).isEqualTo(structured);
    return structured;
  }

  /** The problem of a call that is refused. */
  JsonNode refused(String tool, Map<String, ?> arguments) {
    JsonNode result = call(tool, arguments);
    assertThat(result.get("isError").asBoolean()).as(result.toString()).isTrue();
    assertThat(result.propertyNames()).containsExactly("content", "isError");
    JsonNode problem = JSON.readTree(result.get("content").get(0).get("text").asString());
    assertThat(problem.propertyNames())
        .containsExactly(
            "type", "title", "status", "detail", "instance", "code", "trace_id", "errors");
    assertThat(problem.get("instance").asString()).isEqualTo("/mcp");
    return problem;
  }

  List<JsonNode> tools() {
    var tools = new ArrayList<JsonNode>();
    result("tools/list", Map.of()).get("tools").forEach(tools::add);
    return tools;
  }

  List<String> toolNames() {
    return tools().stream().map(tool -> tool.get("name").asString()).toList();
  }
}
