package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** The store refuses a request as a whole; the message is fit for the caller's eyes. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Refusal refusal;

  public RefusedException(Refusal refusal, String message) {
    this(refusal, message, null);
  }

  public RefusedException(Refusal refusal, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.refusal = requireNonNull(refusal, "refusal");
  }

  public Refusal refusal() {
    return refusal;
  }
}
