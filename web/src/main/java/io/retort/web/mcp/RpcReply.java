package io.retort.web.mcp;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A JSON-RPC response, with either a result or an error.
 *
 * @param id of the request; null if none could be read, and then it is left out
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RpcReply(
    String jsonrpc, @Nullable JsonNode id, @Nullable Object result, @Nullable RpcError error) {

  static RpcReply result(JsonNode id, Object result) {
    return new RpcReply("2.0", id, result, null);
  }

  static RpcReply error(@Nullable JsonNode id, int code, String message) {
    return error(id, new RpcError(code, message, null));
  }

  static RpcReply error(@Nullable JsonNode id, RpcError error) {
    return new RpcReply("2.0", id, null, error);
  }
}
