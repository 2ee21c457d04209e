package io.retort.web.cli;

import static java.util.Objects.requireNonNullElse;

import io.retort.web.ExitCode;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The service refused or failed; the message is its own sentence. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient @Nullable JsonNode document;

  private ProblemException(int status, String code, String message, @Nullable JsonNode document) {
    super(message);
    this.status = status;
    this.code = code;
    this.document = document;
  }

  static ProblemException of(JsonNode document) {
    Replies.Problem problem = Json.read(document, Replies.Problem.class);
    String title = requireNonNullElse(problem.title(), "the service answered " + problem.status());
    return new ProblemException(
        problem.status(),
        requireNonNullElse(problem.code(), ""),
        requireNonNullElse(problem.detail(), title),
        document);
  }

  /** An answer that is not the service's own, for instance of a proxy before it. */
  static ProblemException foreign(int status, String address) {
    return new ProblemException(
        status,
        "",
        "the answer of " + address + " has status " + status + " and is not one of Retort's",
        null);
  }

  int status() {
    return status;
  }

  /** As {@code job_not_found}; empty if the answer named none. */
  String code() {
    return code;
  }

  /** The problem as the service sent it. */
  @Nullable JsonNode document() {
    return document;
  }

  int exitCode() {
    return switch (status) {
      case 400, 401, 403, 422 -> ExitCode.USAGE;
      case 429, 503 -> ExitCode.UNAVAILABLE;
      default -> ExitCode.FAILED;
    };
  }
}
