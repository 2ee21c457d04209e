package io.retort.web.mcp;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.Problem;
import io.retort.web.problem.ProblemCode;
import org.jspecify.annotations.Nullable;

/**
 * Why there is no result.
 *
 * @param data the problem as the REST API would tell it, if it is one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RpcError(int code, String message, @Nullable Problem data) {
  static final int PARSE_ERROR = -32_700;
  static final int INVALID_REQUEST = -32_600;
  static final int METHOD_NOT_FOUND = -32_601;
  static final int INVALID_PARAMS = -32_602;
  private static final int INTERNAL_ERROR = -32_603;

  /** Of the codes that JSON-RPC leaves to servers. */
  static final int REFUSED = -32_000;

  static RpcError of(ApiException exception, String instance, String traceId) {
    return new RpcError(
        code(exception.code()), exception.detail(), Problem.of(exception, instance, traceId));
  }

  private static int code(ProblemCode code) {
    return switch (code) {
      case MALFORMED_JSON -> PARSE_ERROR;
      case INTERNAL_ERROR -> INTERNAL_ERROR;
      default -> code.status() == 400 ? INVALID_REQUEST : REFUSED;
    };
  }
}
