package io.retort.data.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Files that are there, whole, after a power loss: written beside their place, forced, renamed into
 * it, and the folder forced. Private to the user where the file system knows users.
 */
final class DurableFiles {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER =
      PosixFilePermissions.fromString("rwx------");

  private static final int SYNCS_AT_ONCE = 8;

  private DurableFiles() {}

  /**
   * Writes {@code bytes} to {@code place}, which is then either as before or new, never between.
   */
  static void write(Path place, byte[] bytes) throws IOException {
    Path folder = folderOf(place);
    Path beside = folder.resolve(place.getFileName() + ".new");
    Files.deleteIfExists(beside);
    try (FileChannel channel = create(beside)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    Files.move(beside, place, ATOMIC_MOVE);
    forceFolder(folder);
  }

  /** A new file that only this user can read. */
  static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file, Set.of(CREATE_NEW, WRITE), attributes(folderOf(file), OWNER_ONLY));
  }

  /** On several threads, since a journal takes many waiting syncs in one write. */
  static void force(List<Path> files) throws IOException {
    atOnce(files, DurableFiles::force);
  }

  static void forceFolders(List<Path> folders) throws IOException {
    atOnce(folders, DurableFiles::forceFolder);
  }

  private interface Step {
    void on(Path path) throws IOException;
  }

  private static void atOnce(List<Path> paths, Step step) throws IOException {
    Queue<Path> left = new ConcurrentLinkedQueue<>(paths);
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    Runnable worker =
        () -> {
          try {
            for (Path path = left.poll(); path != null; path = left.poll()) {
              step.on(path);
            }
          } catch (IOException | RuntimeException e) {
            failure.compareAndSet(null, e);
            left.clear();
          }
        };
    List<Thread> helpers = new ArrayList<>();
    for (int n = 1; n < Math.min(SYNCS_AT_ONCE, paths.size()); n++) {
      helpers.add(Thread.ofPlatform().name("retort-sync-" + n).daemon().start(worker));
    }
    worker.run();
    helpers.forEach(DurableFiles::join);
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Exception e -> throw new IllegalStateException(e);
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // what was begun is finished: its caller counts on it
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, WRITE)) {
      channel.force(true);
    }
  }

  /** Makes renames and new entries in {@code folder} survive a power loss. */
  static void forceFolder(Path folder) throws IOException {
    if (!knowsUsers(folder)) {
      return; // Windows opens no folders, and NTFS journals its entries
    }
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  /** Creates {@code folder} if it is missing; its parent's entry for it is forced. */
  static void createFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folderOf(folder);
    Files.createDirectories(parent);
    try {
      Files.createDirectory(folder, attributes(parent, OWNER_ONLY_FOLDER));
    } catch (java.nio.file.FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
    forceFolder(parent);
  }

  private static FileAttribute<?>[] attributes(Path folder, Set<PosixFilePermission> permissions)
      throws IOException {
    return knowsUsers(folder)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  private static boolean knowsUsers(Path folder) throws IOException {
    FileStore store = Files.getFileStore(folder);
    return store.supportsFileAttributeView("posix");
  }

  private static Path folderOf(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IllegalArgumentException("a root is no file: " + file);
    }
    return folder;
  }
}
