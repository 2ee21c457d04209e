package io.retort.data.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes one process the owner of a data directory. The operating system drops the lock with the
 * process, however it ends; the file names the holder's process id.
 */
final class StoreLock implements AutoCloseable {
  /**
   * The folders that this process holds. A file lock belongs to the process, and on POSIX closing
   * any of its channels to the file drops it: a second attempt must not even open the file.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;
  private final FileLock lock;

  private StoreLock(Path folder, FileChannel channel, FileLock lock) {
    this.folder = folder;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * @param folder as a real path
   * @throws StoreException IN_USE with the holder's process id
   */
  static StoreLock take(Path folder) throws IOException {
    if (!HELD.add(folder)) {
      throw inUse(folder, Long.toString(ProcessHandle.current().pid()));
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(folder.resolve("store.lock"), CREATE, READ, WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(folder, holder(channel));
      }
      channel.truncate(0);
      channel.write(US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
      return new StoreLock(folder, channel, lock);
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      HELD.remove(folder);
      throw e;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    channel.read(pid, 0);
    return US_ASCII.decode(pid.flip()).toString().strip();
  }

  private static StoreException inUse(Path folder, String pid) {
    return new StoreException(
        StoreException.Kind.IN_USE,
        "the data directory %s is in use by process %s; stop that process, or choose another"
                .formatted(folder, pid)
            + " directory with --data-dir",
        null);
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      lock.release();
    } finally {
      HELD.remove(folder);
    }
  }
}
