package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/** The uploaded bytes of a document's shown version; {@code file} is to be read only. */
public record Original(Path file, String name, String mediaType, long bytes, String sha256) {
  public Original {
    requireNonNull(file, "file");
    requireNonNull(name, "name");
    requireNonNull(mediaType, "mediaType");
    requireNonNull(sha256, "sha256");
  }
}
