package io.retort.data.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.Arrays;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePathWrapper;

/**
 * A disk that loses everything since the last sync when the process is killed: files are images in
 * memory, which a {@code force} writes out. H2 makes instances by name.
 */
public final class UnsyncedFilePath extends FilePathWrapper {
  static final String SCHEME = "unsynced";

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new Image(getBase().open(mode));
  }

  private static final class Image extends FileBaseDefault {
    private final FileChannel disk;
    private byte[] bytes;
    private int size;
    private int dirtyFrom = Integer.MAX_VALUE;
    private int dirtyTo;

    Image(FileChannel disk) throws IOException {
      this.disk = disk;
      size = Math.toIntExact(disk.size());
      bytes = new byte[Math.max(size, 1 << 16)];
      ByteBuffer all = ByteBuffer.wrap(bytes, 0, size);
      while (all.hasRemaining() && disk.read(all, all.position()) >= 0) {
        // until all is read
      }
    }

    @Override
    public synchronized long size() {
      return size;
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) {
      int count = (int) Math.min(target.remaining(), size - position);
      if (count <= 0) {
        return target.hasRemaining() ? -1 : 0;
      }
      target.put(bytes, (int) position, count);
      return count;
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) {
      int count = source.remaining();
      int end = Math.toIntExact(position + count);
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
      }
      source.get(bytes, (int) position, count);
      size = Math.max(size, end);
      dirtyFrom = Math.min(dirtyFrom, (int) position);
      dirtyTo = Math.max(dirtyTo, end);
      return count;
    }

    @Override
    protected synchronized void implTruncate(long length) {
      size = Math.min(size, (int) length);
    }

    @Override
    public synchronized void force(boolean metaData) throws IOException {
      int to = Math.min(dirtyTo, size);
      if (dirtyFrom < to) {
        ByteBuffer dirty = ByteBuffer.wrap(bytes, dirtyFrom, to - dirtyFrom);
        while (dirty.hasRemaining()) {
          disk.write(dirty, dirty.position());
        }
      }
      if (disk.size() > size) {
        disk.truncate(size);
      }
      disk.force(metaData);
      dirtyFrom = Integer.MAX_VALUE;
      dirtyTo = 0;
    }

    @Override
    public FileLock tryLock(long position, long length, boolean shared) throws IOException {
      return disk.tryLock(position, length, shared);
    }

    /** Closing syncs nothing. */
    @Override
    protected void implCloseChannel() throws IOException {
      disk.close();
    }
  }
}
