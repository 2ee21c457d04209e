package io.retort.data;

import static java.util.Objects.requireNonNull;

/** What an index was built with; kept in the user data of each of its commits. */
public record IndexManifest(
    String storeId,
    String encoderFingerprint,
    String tokenizerSha256,
    String chunkerFingerprint,
    int dimension) {
  public IndexManifest {
    requireNonNull(storeId, "storeId");
    requireNonNull(encoderFingerprint, "encoderFingerprint");
    requireNonNull(tokenizerSha256, "tokenizerSha256");
    requireNonNull(chunkerFingerprint, "chunkerFingerprint");
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension must be positive: " + dimension);
    }
  }
}
