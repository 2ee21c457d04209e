package io.retort.web.mcp;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ErrorForm;
import org.springframework.stereotype.Component;

/** Every HTTP error at {@code /mcp}, whoever finds it: a JSON-RPC error that answers no request. */
@Component
final class McpErrors implements ErrorForm {
  @Override
  public boolean covers(String path) {
    return path.equals("/mcp") || path.startsWith("/mcp/");
  }

  @Override
  public Object body(ApiException exception, String instance, String traceId) {
    return RpcReply.error(null, RpcError.of(exception, instance, traceId));
  }

  @Override
  public Class<?> type() {
    return RpcReply.class;
  }
}
