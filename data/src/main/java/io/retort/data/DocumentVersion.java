package io.retort.data;

import static java.util.Objects.requireNonNull;

/** One version of one document; versions count from 1. */
public record DocumentVersion(String documentId, int version) {
  public DocumentVersion {
    requireNonNull(documentId, "documentId");
    if (version < 1) {
      throw new IllegalArgumentException("version must be at least 1: " + version);
    }
  }
}
