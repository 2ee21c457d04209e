package io.retort.web.problem;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A request ends with this problem. The detail is shown to the caller as it is. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ProblemCode code;
  private final transient List<FieldError> errors;
  private final transient @Nullable Duration retryAfter;

  public ApiException(ProblemCode code, String detail) {
    this(code, detail, List.of(), null, null);
  }

  public ApiException(ProblemCode code, String detail, Throwable cause) {
    this(code, detail, List.of(), null, cause);
  }

  private ApiException(
      ProblemCode code,
      String detail,
      List<FieldError> errors,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(requireNonNull(detail, "detail"), cause);
    this.code = requireNonNull(code, "code");
    this.errors = List.copyOf(errors);
    this.retryAfter = retryAfter;
  }

  /** A refusal that ends by itself. */
  public static ApiException retryAfter(ProblemCode code, String detail, Duration wait) {
    return new ApiException(code, detail, List.of(), wait, null);
  }

  /** All wrong fields of a request at once. */
  public static ApiException wrongFields(ProblemCode code, List<FieldError> errors) {
    String detail =
        errors.stream().limit(5).map(ApiException::sentence).collect(Collectors.joining("; "));
    if (errors.size() > 5) {
      detail += "; and " + (errors.size() - 5) + " more";
    }
    return new ApiException(code, detail, errors, null, null);
  }

  public static ApiException wrongField(ProblemCode code, FieldError error) {
    return wrongFields(code, List.of(error));
  }

  private static String sentence(FieldError error) {
    String text = error.field() + " " + error.message();
    return error.value() == null ? text : text + ", but was " + error.value();
  }

  public ProblemCode code() {
    return code;
  }

  /** The detail of the problem. */
  public String detail() {
    return requireNonNull(getMessage());
  }

  public List<FieldError> errors() {
    return errors;
  }

  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
