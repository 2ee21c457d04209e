package io.retort.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document that is sent as a file.
 *
 * @param file on this machine, read while it is sent
 * @param path its place in the collection, as {@code policies/leave.pdf}
 * @param metadata strings, numbers and booleans by name
 */
public record FileDocument(
    Path file,
    String path,
    @Nullable String title,
    @Nullable List<String> tags,
    @Nullable Map<String, Object> metadata) {

  /** By its own name. */
  public static FileDocument of(Path file) {
    return of(file, String.valueOf(file.getFileName()));
  }

  public static FileDocument of(Path file, String path) {
    return new FileDocument(file, path, null, null, null);
  }

  /** What is said of the file beside it. */
  Item item() {
    return new Item(path, title, tags, metadata);
  }

  /** As the form has it. */
  record Item(
      @Nullable String path,
      @Nullable String title,
      @Nullable List<String> tags,
      @Nullable Map<String, Object> metadata) {}
}
