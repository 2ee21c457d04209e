package io.retort.web.problem;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One wrong field of a request.
 *
 * @param field its place, as {@code filters[0].value}
 * @param code what is wrong with it, as {@code out_of_range}
 * @param value what was sent, null for values that are long or not scalar
 */
public record FieldError(
    String field,
    String code,
    String message,
    @Nullable Object value,
    @Nullable Number min,
    @Nullable Number max) {
  public FieldError {
    requireNonNull(field, "field");
    requireNonNull(code, "code");
    requireNonNull(message, "message");
  }

  public FieldError(String field, String code, String message) {
    this(field, code, message, null, null, null);
  }

  public FieldError(String field, String code, String message, @Nullable Object value) {
    this(field, code, message, value, null, null);
  }

  public static FieldError outOfRange(String field, Object value, Number min, Number max) {
    return new FieldError(
        field, "out_of_range", "must be between " + min + " and " + max, value, min, max);
  }
}
