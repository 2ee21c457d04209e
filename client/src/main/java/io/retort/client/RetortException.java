package io.retort.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A call that brought no result: refused by the service, failed there, or never answered. What the
 * service says of it is its {@link #problem()}.
 */
public final class RetortException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient @Nullable Problem problem;
  private final @Nullable Duration retryAfter;

  private RetortException(
      String message,
      int status,
      @Nullable Problem problem,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  static RetortException of(Problem problem, @Nullable Duration retryAfter) {
    String message = problem.status() + " " + problem.code() + ": " + problem.detail();
    return new RetortException(message, problem.status(), problem, retryAfter, null);
  }

  /** Something that is not the service answered, such as a proxy. */
  static RetortException ofStatus(int status, String operation) {
    return new RetortException(
        operation + " was answered with status " + status + " and no problem that can be read",
        status,
        null,
        null,
        null);
  }

  static RetortException unanswered(String operation, Throwable cause) {
    return new RetortException(operation + " was not answered: " + cause, 0, null, null, cause);
  }

  /** Of the response; 0 if there was none. */
  public int status() {
    return status;
  }

  /** Null if the service did not say one. */
  public @Nullable Problem problem() {
    return problem;
  }

  /** The word of the problem, as {@code collection_not_found}; empty without one. */
  public String code() {
    return problem == null ? "" : problem.code();
  }

  /** How long to wait before the call is worth repeating; null if nothing was said. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
