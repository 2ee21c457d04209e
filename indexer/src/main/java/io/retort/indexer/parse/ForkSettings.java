package io.retort.indexer.parse;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * How the JVMs that parse are started.
 *
 * @param java the launcher to start
 * @param classPath what the forked JVM sees, see {@link ParserClassPath#ofThisJvm()}
 * @param tempFolder where each forked JVM gets a folder of its own, removed with it
 * @param heapMegabytes the heap of each
 * @param forks how many run at most at a time
 * @param filesPerFork after so many files a forked JVM is replaced
 */
public record ForkSettings(
    Path java,
    List<Path> classPath,
    Path tempFolder,
    int heapMegabytes,
    int forks,
    int filesPerFork) {
  public ForkSettings {
    requireNonNull(java, "java");
    requireNonNull(tempFolder, "tempFolder");
    classPath = List.copyOf(classPath);
    if (classPath.isEmpty()) {
      throw new IllegalArgumentException("the class path of the forked parsers is empty");
    }
    if (heapMegabytes < 32 || forks < 1 || filesPerFork < 1) {
      throw new IllegalArgumentException(
          "expected a heap of at least 32 MB, a fork and a file for it, not %d MB, %d, %d"
              .formatted(heapMegabytes, forks, filesPerFork));
    }
  }

  /** This JVM's own launcher and class path, 512 MB, two forks of at most 200 files each. */
  public static ForkSettings inFolder(Path tempFolder) {
    return new ForkSettings(
        Path.of(System.getProperty("java.home"), "bin", "java"),
        ParserClassPath.ofThisJvm(),
        tempFolder,
        512,
        2,
        200);
  }
}
