package io.retort.data.store;

import static java.util.Objects.requireNonNull;

/**
 * Why something is not as it could be.
 *
 * @param code one word of the contract, such as {@code poison} or {@code image_only}
 * @param message one sentence for a person
 */
public record Reason(String code, String message) {
  public Reason {
    requireNonNull(code, "code");
    requireNonNull(message, "message");
    if (!code.matches("[a-z][a-z0-9_]{0,63}")) {
      throw new IllegalArgumentException("a reason's code is a lower-case word: " + code);
    }
  }
}
