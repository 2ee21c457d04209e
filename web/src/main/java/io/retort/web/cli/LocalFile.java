package io.retort.web.cli;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * A file to be ingested.
 *
 * @param path what the collection will know it by, names separated by {@code /}
 * @param file where it lies
 * @param size in bytes, when the folder was read
 */
record LocalFile(String path, Path file, long size) {
  LocalFile {
    requireNonNull(path, "path");
    requireNonNull(file, "file");
  }
}
