package io.retort.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Where things lie in a data directory, and the file {@code STORE} that names its layout and
 * identity:
 *
 * <pre>
 * STORE        layout and store id       store.lock   the owner's process id
 * db/          the ledger                tmp/         uploads under way, emptied at start
 * originals/   as they were uploaded     texts/       as they were extracted
 * places/      where the words of texts lie on their pages
 * embeddings/  kept so that nothing is encoded twice; may be lost
 * index/       CURRENT names the folder of the index in use
 * </pre>
 *
 * <p>Nothing is acknowledged before {@code STORE} is there: a creation that was interrupted leaves
 * {@code STORE.creating}, holds nothing, and begins anew.
 */
record StoreLayout(Path folder) {
  private static final int VERSION = 1;
  private static final List<String> CONTENT =
      List.of("db", "originals", "texts", "places", "embeddings", "index");

  Path marker() {
    return folder.resolve("STORE");
  }

  private Path creating() {
    return folder.resolve("STORE.creating");
  }

  Path database() {
    return folder.resolve("db");
  }

  Path originals() {
    return folder.resolve("originals");
  }

  Path texts() {
    return folder.resolve("texts");
  }

  Path places() {
    return folder.resolve("places");
  }

  Path embeddings() {
    return folder.resolve("embeddings");
  }

  Path index() {
    return folder.resolve("index");
  }

  Path temporary() {
    return folder.resolve("tmp");
  }

  boolean exists() {
    return Files.exists(marker());
  }

  /** Makes an empty folder ready to become a store; refuses one that has lost its marker. */
  void prepareNew() throws IOException {
    if (Files.exists(creating())) {
      for (String content : CONTENT) {
        removeFolder(folder.resolve(content));
      }
    } else {
      for (String content : CONTENT) {
        if (Files.exists(folder.resolve(content))) {
          throw new StoreException(
              StoreException.Kind.DAMAGED,
              "%s is missing, but %s is there: this was a store; restore the file or a backup, or"
                      .formatted(marker(), folder.resolve(content))
                  + " choose an empty directory",
              null);
        }
      }
      DurableFiles.write(creating(), new byte[0]);
    }
  }

  void createFolders() throws IOException {
    for (Path content :
        List.of(database(), originals(), texts(), places(), embeddings(), index(), temporary())) {
      DurableFiles.createFolder(content);
    }
  }

  /** From here on this is a store. */
  void complete(String storeId) throws IOException {
    DurableFiles.write(
        marker(), "layout=%d\nstore_id=%s\n".formatted(VERSION, storeId).getBytes(UTF_8));
    Files.deleteIfExists(creating());
  }

  /** The store's identity, if this program knows the layout. */
  String readStoreId() throws IOException {
    List<String> lines = Files.readAllLines(marker(), UTF_8);
    String layout = value(lines, "layout");
    if (!layout.equals(Integer.toString(VERSION))) {
      throw new StoreException(
          StoreException.Kind.INCOMPATIBLE,
          "%s says layout %s, this program knows layout %d; run the newer program that wrote it"
              .formatted(marker(), layout, VERSION),
          null);
    }
    String id = value(lines, "store_id");
    try {
      return UUID.fromString(id).toString();
    } catch (IllegalArgumentException e) {
      throw damaged("a store_id that is none: '" + id + "'", e);
    }
  }

  private String value(List<String> lines, String key) {
    for (String line : lines) {
      if (line.startsWith(key + "=")) {
        return line.substring(key.length() + 1).strip();
      }
    }
    throw damaged("no line " + key + "=…", null);
  }

  private StoreException damaged(String what, @org.jspecify.annotations.Nullable Throwable cause) {
    return new StoreException(
        StoreException.Kind.DAMAGED,
        "%s has %s; restore it from a backup".formatted(marker(), what),
        cause);
  }

  /** Uploads that were under way when the last process ended: nobody was told about them. */
  void emptyTemporary() throws IOException {
    removeFolder(temporary());
    DurableFiles.createFolder(temporary());
  }

  static void removeFolder(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      Path[] deepestFirst = files.toArray(Path[]::new);
      Arrays.sort(deepestFirst, java.util.Comparator.reverseOrder());
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // not there, as wanted
    }
  }
}
