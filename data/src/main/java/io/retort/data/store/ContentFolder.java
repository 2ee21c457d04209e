package io.retort.data.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files under their own sha256, in {@code ab/abcd…}: equal content is one file, a name says what
 * must be in it, and no name from outside ever reaches the file system. Safe for use by many
 * threads.
 *
 * <p>Content that nothing refers to is removed. Whoever is about to refer to some <em>pins</em> it
 * first, so that a removal does not come between the file and the row that will name it.
 */
public final class ContentFolder {
  private static final int BUFFER = 1 << 16;

  private final Path folder;
  private final Path temporary;
  private final Map<String, Integer> pins = new HashMap<>();

  ContentFolder(Path folder, Path temporary) {
    this.folder = folder;
    this.temporary = temporary;
  }

  /**
   * Streams {@code source} to a temporary file and hashes it on the way; empty as soon as it turns
   * out to be longer than {@code limit}.
   */
  public Optional<Incoming> receive(InputStream source, long limit) throws IOException {
    Path file = temporary.resolve(UUID.randomUUID().toString());
    MessageDigest digest = sha256();
    long total = 0;
    boolean whole = false;
    try (FileChannel channel = DurableFiles.create(file);
        OutputStream out = Channels.newOutputStream(channel)) {
      byte[] buffer = new byte[BUFFER];
      for (int n = source.read(buffer); n >= 0; n = source.read(buffer)) {
        total += n;
        if (total > limit) {
          return Optional.empty();
        }
        digest.update(buffer, 0, n);
        out.write(buffer, 0, n);
      }
      whole = true;
    } finally {
      if (!whole) {
        Files.deleteIfExists(file);
      }
    }
    return Optional.of(new Incoming(file, HexFormat.of().formatHex(digest.digest()), total));
  }

  /**
   * Puts received content in its place: forced, renamed, and the folders forced. The content is
   * pinned until the returned pin is closed, which should be once a committed row names it.
   */
  public Pin keep(List<Incoming> received) throws IOException {
    Pin pin = pin(received.stream().map(Incoming::sha256).toList());
    try {
      DurableFiles.force(received.stream().map(Incoming::file).toList());
      TreeSet<Path> touched = new TreeSet<>();
      for (Incoming incoming : received) {
        Path place = place(incoming.sha256());
        Path parent = folder.resolve(incoming.sha256().substring(0, 2));
        DurableFiles.createFolder(parent);
        Files.move(incoming.file(), place, ATOMIC_MOVE);
        touched.add(parent);
      }
      DurableFiles.forceFolders(List.copyOf(touched));
      return pin;
    } catch (IOException | RuntimeException e) {
      pin.close();
      throw e;
    }
  }

  /** Keeps {@code bytes} as {@link #keep(List)} does; the pin names their sha256. */
  public Pin keep(byte[] bytes) throws IOException {
    try (Incoming incoming =
        receive(new java.io.ByteArrayInputStream(bytes), bytes.length).orElseThrow()) {
      return keep(List.of(incoming));
    }
  }

  /** Content that stays although nothing refers to it yet. */
  public final class Pin implements AutoCloseable {
    private final List<String> names;
    private boolean open = true;

    private Pin(List<String> names) {
      this.names = names;
    }

    /** In the order in which the content was given. */
    public List<String> sha256() {
      return names;
    }

    @Override
    public void close() {
      synchronized (pins) {
        if (open) {
          open = false;
          names.forEach(
              name -> pins.computeIfPresent(name, (n, count) -> count == 1 ? null : count - 1));
        }
      }
    }
  }

  private Pin pin(List<String> names) {
    synchronized (pins) {
      names.forEach(name -> pins.merge(name, 1, Integer::sum));
    }
    return new Pin(List.copyOf(names));
  }

  /** Where content of that name lies, if it does; its bytes are not looked at. */
  public Optional<Path> find(String sha256) {
    Path place = place(sha256);
    return Files.isRegularFile(place) ? Optional.of(place) : Optional.empty();
  }

  /**
   * The content, checked against its name.
   *
   * @throws DamagedContentException if it is missing or is not what its name says
   */
  public byte[] read(String sha256) {
    Path place = place(sha256);
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(place);
    } catch (NoSuchFileException e) {
      throw new DamagedContentException(place + " is missing", e);
    } catch (IOException e) {
      throw new DamagedContentException(place + " cannot be read: " + e.getMessage(), e);
    }
    String found = HexFormat.of().formatHex(sha256().digest(bytes));
    if (!found.equals(sha256)) {
      throw new DamagedContentException(
          place + " holds other bytes: their sha256 is " + found, null);
    }
    return bytes;
  }

  /** Whether the content is there and is what its name says; streams it. */
  public boolean intact(String sha256) throws IOException {
    Optional<Path> file = find(sha256);
    if (file.isEmpty()) {
      return false;
    }
    MessageDigest digest = sha256();
    try (InputStream in = Files.newInputStream(file.get())) {
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest()).equals(sha256);
  }

  /**
   * Removes content unless it is pinned or {@code referred} says that something names it; asked
   * under the same lock as pins are taken.
   */
  void removeUnless(String sha256, Predicate<String> referred) throws IOException {
    synchronized (pins) {
      if (!pins.containsKey(sha256) && !referred.test(sha256)) {
        Files.deleteIfExists(place(sha256));
      }
    }
  }

  /** The names of all content; for sweeps. */
  List<String> names() throws IOException {
    try (Stream<Path> files = Files.walk(folder, 2)) {
      return files
          .map(Path::getFileName)
          .filter(name -> name != null && isName(name.toString()))
          .map(Path::toString)
          .toList();
    }
  }

  private Path place(String sha256) {
    if (!isName(sha256)) {
      throw new IllegalArgumentException("not a sha256: " + sha256);
    }
    return folder.resolve(sha256.substring(0, 2)).resolve(sha256);
  }

  private static boolean isName(@Nullable String text) {
    return text != null && text.matches("[0-9a-f]{64}");
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
