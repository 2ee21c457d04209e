package io.retort.web.problem;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** The body of every refusal and failure (RFC 9457). */
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    String instance,
    @Schema(implementation = ProblemCode.class) String code,
    String traceId,
    List<FieldError> errors) {
  public Problem {
    errors = List.copyOf(errors);
  }

  public static Problem of(ApiException exception, String instance, String traceId) {
    return of(exception.code(), exception.detail(), instance, traceId, exception.errors());
  }

  public static Problem of(
      ProblemCode code, String detail, String instance, String traceId, List<FieldError> errors) {
    return new Problem(
        code.type(), code.title(), code.status(), detail, instance, code.code(), traceId, errors);
  }
}
