package io.retort.web.openai;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A problem in the form that OpenAI's clients read. */
record OpenAiError(Detail error) {

  /**
   * @param param the first wrong field
   */
  @Schema(name = "OpenAiErrorDetail")
  record Detail(String message, String type, @Nullable String param, @Nullable String code) {}

  static OpenAiError of(ApiException problem) {
    return new OpenAiError(
        new Detail(problem.detail(), type(problem.code()), param(problem), code(problem.code())));
  }

  private static String type(ProblemCode code) {
    int status = code.status();
    if (status >= 500) {
      return "server_error";
    }
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 429 -> "rate_limit_error";
      default -> "invalid_request_error";
    };
  }

  private static @Nullable String param(ApiException problem) {
    if (problem.code() == ProblemCode.COLLECTION_NOT_FOUND) {
      return "model";
    }
    return problem.errors().isEmpty() ? null : problem.errors().getFirst().field();
  }

  /** OpenAI's word where there is one that clients look at. */
  static String code(ProblemCode code) {
    return switch (code) {
      case UNAUTHENTICATED -> "invalid_api_key";
      case COLLECTION_NOT_FOUND -> "model_not_found";
      case RATE_LIMITED -> "rate_limit_exceeded";
      case QUESTION_TOO_LONG -> "context_length_exceeded";
      default -> code.code();
    };
  }
}
