package io.retort.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why the service refused a request, or failed (RFC 9457). */
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    String instance,
    String code,
    String traceId,
    List<FieldError> errors) {

  public record FieldError(
      String field,
      String code,
      String message,
      @Nullable Object value,
      @Nullable Double min,
      @Nullable Double max) {}
}
