package io.retort.data.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes on their way into the store: whole in a temporary file, under their sha256. Whoever
 * received them closes them, which removes the file if they were not kept.
 */
public record Incoming(Path file, String sha256, long bytes) implements AutoCloseable {
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
