package io.retort.encoder;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file of a model folder that had the size and sha256 of its manifest entry when the folder was
 * opened, with what the file system said of it then. Immutable; holds nothing open.
 */
public final class VerifiedFile {
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path root;
  private final ModelManifest.Entry entry;
  private final Stamp stamp;

  private VerifiedFile(Path root, ModelManifest.Entry entry, Stamp stamp) {
    this.root = root;
    this.entry = entry;
    this.stamp = stamp;
  }

  static VerifiedFile verify(Path root, ModelManifest.Entry entry) {
    Stamp before = stamp(root, entry.path());
    if (before.size != entry.size()) {
      throw ModelIntegrityException.differs(
          entry.path(), "size", Long.toString(entry.size()), Long.toString(before.size));
    }
    MessageDigest digest = sha256Digest();
    long size = forEachBlock(root, entry.path(), digest::update);
    String sha256 = HexFormat.of().formatHex(digest.digest());
    if (!sha256.equals(entry.sha256())) {
      throw ModelIntegrityException.differs(entry.path(), "sha256", entry.sha256(), sha256);
    }
    if (size != before.size || !stamp(root, entry.path()).equals(before)) {
      throw new ModelIntegrityException(entry.path(), "was written to while it was verified");
    }
    return new VerifiedFile(root, entry, before);
  }

  /** The bytes of a small file. */
  static byte[] read(Path root, String path, long largest) {
    Stamp before = stamp(root, path);
    if (before.size > largest) {
      throw new ModelIntegrityException(
          path, "is larger than %d bytes: %d".formatted(largest, before.size));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) before.size);
    try {
      forEachBlock(root, path, bytes::put);
    } catch (BufferOverflowException e) {
      throw new ModelIntegrityException(path, "grew while it was read", e);
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(sha256Digest().digest(bytes));
  }

  public ModelManifest.Entry entry() {
    return entry;
  }

  public String sha256() {
    return entry.sha256();
  }

  /** For a library that opens files by path; {@link ModelDirectory#requireUnchanged} goes after. */
  public Path path() {
    return root.resolve(entry.path());
  }

  /**
   * The bytes of the file, which were hashed once more.
   *
   * @throws ModelIntegrityException if they are no longer the verified ones
   */
  public byte[] bytes() {
    byte[] bytes = read(root, entry.path(), entry.size());
    String sha256 = sha256(bytes);
    if (!sha256.equals(entry.sha256())) {
      throw ModelIntegrityException.differs(entry.path(), "sha256", entry.sha256(), sha256);
    }
    return bytes;
  }

  void requireUnchanged() {
    if (!stamp(root, entry.path()).equals(stamp)) {
      throw new ModelIntegrityException(
          entry.path(), "was changed after it had been verified; open the folder again");
    }
  }

  /** Refuses whatever is not a plain relative path that stays inside its folder. */
  static void requirePlainPath(String path, String namedBy) {
    for (String name : path.split("/", -1)) {
      if (name.isEmpty()
          || name.equals(".")
          || name.equals("..")
          || name.chars().anyMatch(c -> c == '\\' || c == ':' || c < ' ')) {
        throw new ModelIntegrityException(
            namedBy, "names '" + path + "', which is not a plain path inside the folder");
      }
    }
  }

  private static Stamp stamp(Path root, String path) {
    requirePlainPath(path, ModelDirectory.MANIFEST);
    try {
      Path place = root;
      BasicFileAttributes attributes = null;
      for (String name : path.split("/", -1)) {
        place = place.resolve(name);
        attributes = Files.readAttributes(place, BasicFileAttributes.class, NOFOLLOW_LINKS);
        if (attributes.isSymbolicLink()) {
          throw new ModelIntegrityException(path, "is a link, or lies behind one");
        }
      }
      if (attributes == null || !attributes.isRegularFile()) {
        throw new ModelIntegrityException(path, "is not a regular file");
      }
      return new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    } catch (NoSuchFileException e) {
      throw new ModelIntegrityException(path, "is missing", e);
    } catch (IOException e) {
      throw new ModelIntegrityException(path, "cannot be read: " + e, e);
    }
  }

  private static long forEachBlock(Path root, String path, BlockConsumer consumer) {
    try (SeekableByteChannel channel =
        Files.newByteChannel(root.resolve(path), Set.of(READ, NOFOLLOW_LINKS))) {
      ByteBuffer block = ByteBuffer.allocate(BUFFER_BYTES);
      long total = 0;
      for (int n = channel.read(block); n >= 0; n = channel.read(block)) {
        consumer.accept(block.array(), 0, n);
        total += n;
        block.clear();
      }
      return total;
    } catch (IOException e) {
      throw new ModelIntegrityException(path, "cannot be read: " + e, e);
    }
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @FunctionalInterface
  private interface BlockConsumer {
    void accept(byte[] block, int offset, int length);
  }

  /** What tells that a path still leads to the same, untouched file. */
  private record Stamp(long size, FileTime modified, @Nullable Object fileKey) {}
}
