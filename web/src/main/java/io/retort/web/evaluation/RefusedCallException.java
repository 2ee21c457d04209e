package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

/**
 * A service refused a call, or failed at it; the message is its own sentence, the cause its own.
 */
public final class RefusedCallException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  /**
   * @param status of HTTP
   * @param code of the problem, empty if it has none
   */
  public RefusedCallException(int status, String code, RuntimeException cause) {
    super(cause.getMessage(), cause);
    this.status = status;
    this.code = requireNonNull(code, "code");
  }

  public String code() {
    return code;
  }

  /** What the service threw, or what its refusal was made into. */
  public RuntimeException refusal() {
    return (RuntimeException) requireNonNull(getCause());
  }

  /** Whether it was put off: others use the service too. */
  boolean isPutOff() {
    return status == 429 || status == 503;
  }

  /** Whether it is about the question alone, and another may fare better. */
  boolean isOfQuestion() {
    return switch (status) {
      case 400, 410, 422, 500, 504 -> !code.isEmpty();
      default -> false;
    };
  }
}
