package io.retort.encoder.tokenizers;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Loads DJL's native tokenizer library without what else DJL would do. Left to itself it reports to
 * its makers from EC2, fetches another build of the library where it sees a GPU, and runs whatever
 * library lies in a folder of the user's home; JNA, with which it looks for a GPU, unpacks itself
 * there too. Here DJL is told to stay offline, and both unpack what is in their jars into a folder
 * of this process, which is removed once the library is loaded.
 */
final class DjlLibrary {
  private static final String CACHE = "ENGINE_CACHE_DIR"; // an environment variable goes first
  private static final String JNA_FOLDER = "jna.tmpdir";

  static {
    setIfAbsent("ai.djl.offline", "true");
    setIfAbsent("OPT_OUT_TRACKING", "true");
    setIfAbsent("RUST_FLAVOR", "cpu");
    if (System.getProperty(CACHE) == null && System.getenv(CACHE) == null) {
      loadFromOwnFolder();
    } else {
      LibUtils.checkStatus();
    }
  }

  private DjlLibrary() {}

  /** Returns once the library is loaded, or throws what prevented it. */
  static void load() {}

  private static void loadFromOwnFolder() {
    try {
      Path folder = Files.createTempDirectory("retort-tokenizers"); // readable by its owner alone
      boolean jnaIsFree = setIfAbsent(JNA_FOLDER, folder.toString());
      System.setProperty(CACHE, folder.toString());
      try {
        LibUtils.checkStatus();
      } finally {
        System.clearProperty(CACHE);
        if (jnaIsFree) {
          System.clearProperty(JNA_FOLDER);
        }
        remove(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the tokenizer library could not be unpacked", e);
    }
  }

  private static void remove(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            removeNowOrAtExit(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e) {
            removeNowOrAtExit(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Windows keeps a loaded library until the process ends. */
  private static void removeNowOrAtExit(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      path.toFile().deleteOnExit();
    }
  }

  private static boolean setIfAbsent(String property, String value) {
    boolean absent = System.getProperty(property) == null;
    if (absent) {
      System.setProperty(property, value);
    }
    return absent;
  }
}
