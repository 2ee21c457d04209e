package io.retort.encoder;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a model folder holds: the list of its files, and how the model is to be run. */
public record ModelManifest(ModelConfig config, List<Entry> files) {
  public ModelManifest {
    requireNonNull(config, "config");
    files = List.copyOf(files);
    Set<String> paths = new HashSet<>();
    for (Entry file : files) {
      if (!paths.add(file.path())) {
        throw new IllegalArgumentException("the manifest lists " + file.path() + " twice");
      }
    }
  }

  /**
   * One file.
   *
   * @param path relative to the folder, with {@code /} between names
   * @param size in bytes
   * @param sha256 64 lower-case hexadecimal digits
   */
  public record Entry(String path, ModelRole role, long size, String sha256) {
    public Entry {
      requireNonNull(path, "path");
      requireNonNull(role, "role");
      if (size < 0) {
        throw new IllegalArgumentException("size of " + path + " must not be negative: " + size);
      }
      if (!sha256.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "sha256 of " + path + " is not 64 lower-case hexadecimal digits: " + sha256);
      }
    }
  }
}
