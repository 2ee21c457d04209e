package io.retort.indexer;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** How full the disk of the data directory is. */
final class DiskSpace {
  /** Less than this is full, however large the disk. */
  private static final long FLOOR = 64L << 20;

  private final Path folder;

  DiskSpace(Path folder) {
    this.folder = folder;
  }

  /** Whether at least {@code fraction} of it is used, or next to nothing is left. */
  boolean isUsed(double fraction) {
    try {
      FileStore store = Files.getFileStore(folder);
      long total = store.getTotalSpace();
      long usable = store.getUsableSpace();
      return usable < FLOOR || total - usable >= fraction * total;
    } catch (IOException e) {
      return true; // a disk that does not answer takes nothing
    }
  }
}
