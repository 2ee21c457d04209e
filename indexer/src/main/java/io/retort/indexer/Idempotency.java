package io.retort.indexer;

import static java.util.Objects.requireNonNull;

/** Makes repeats of one request one job: the caller, and the key that they chose for it. */
public record Idempotency(String principal, String key) {
  public Idempotency {
    requireNonNull(principal, "principal");
    requireNonNull(key, "key");
    if (!key.matches("[!-~]{1,128}")) {
      throw new IllegalArgumentException(
          "an idempotency key is 1 to 128 visible ASCII characters, this one has " + key.length());
    }
  }
}
