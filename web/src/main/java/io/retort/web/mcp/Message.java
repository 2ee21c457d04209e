package io.retort.web.mcp;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A JSON-RPC message of a client, looked at for its form alone. */
sealed interface Message {
  String INITIALIZE = "initialize";
  String CALL_TOOL = "tools/call";
  String CANCELLED = "notifications/cancelled";

  /**
   * Wants an answer under its id.
   *
   * @param params an object, empty if none came
   */
  record Request(JsonNode id, String method, JsonNode params) implements Message {}

  /**
   * Wants none.
   *
   * @param params an object, empty if none came
   */
  record Notification(String method, JsonNode params) implements Message {}

  /**
   * Is none of the two.
   *
   * @param id null if none can be read
   */
  record Invalid(@Nullable JsonNode id, String why) implements Message {}

  static Message of(JsonNode message) {
    if (!message.isObject()) {
      return new Invalid(null, "a message must be an object");
    }
    JsonNode given = message.get("id");
    JsonNode id = given != null && isId(given) ? given : null;
    if (given != null && id == null) {
      return new Invalid(null, "id must be a text or a whole number");
    }
    JsonNode version = message.path("jsonrpc");
    if (!version.isString() || !version.stringValue().equals("2.0")) {
      return new Invalid(id, "jsonrpc must be \"2.0\"");
    }
    JsonNode method = message.path("method");
    if (!method.isString()) {
      boolean response = message.has("result") || message.has("error");
      return new Invalid(
          id,
          response
              ? "this server asks its clients nothing, so it takes no responses"
              : "method must be a text");
    }
    JsonNode params = message.path("params");
    boolean absent = params.isMissingNode() || params.isNull();
    if (!absent && !params.isObject()) {
      return new Invalid(id, "params must be an object");
    }
    JsonNode object = absent ? JsonNodeFactory.instance.objectNode() : params;
    return id == null
        ? new Notification(method.stringValue(), object)
        : new Request(id, method.stringValue(), object);
  }

  /** What has half a surrogate pair could not be sent back. */
  static boolean isId(JsonNode id) {
    return id.isString()
        ? StandardCharsets.UTF_8.newEncoder().canEncode(id.stringValue())
        : id.isIntegralNumber();
  }
}
