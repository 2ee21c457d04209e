package io.retort.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import io.retort.data.Embedding;
import io.retort.data.TextSpan;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Encoded texts by a key that names everything they depend on. Equal content of one collection has
 * one key, so it is encoded once, and an index that was lost is written again without an encoder.
 * Derived: files are not forced, and one that is missing or fails its checksum is as if it had
 * never been. Safe for use by many threads.
 *
 * <p>A file is {@code "RTE1"}, dimension H, number of chunks U, then for each chunk start, end,
 * page (0: none) and heading, the CRC-32C of all that, the embeddings as floats [U, H], and their
 * CRC-32C. Integers are big-endian.
 */
public final class EncodedTexts {
  private static final int MAGIC = 0x52544531; // RTE1
  private static final int BUFFER = 1 << 16;

  private final Path folder;
  private final Path temporary;

  EncodedTexts(Path folder, Path temporary) {
    this.folder = folder;
    this.temporary = temporary;
  }

  /**
   * The key of what encoder and chunker make of a text in a collection. The original is part of it
   * since pages and headings come from there; the collection is, since sharing across collections
   * would tell one of the other.
   */
  public static String key(
      String collection, String original, String text, String encoder, String chunker) {
    var digest = ContentFolder.sha256();
    for (String part : List.of(collection, original, text, encoder, chunker)) {
      digest.update(part.getBytes(UTF_8));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  public void write(String key, EncodedText text) throws IOException {
    Path place = place(key);
    DurableFiles.createFolder(folder.resolve(key.substring(0, 2)));
    Path beside = temporary.resolve(UUID.randomUUID().toString());
    try {
      try (var channel = DurableFiles.create(beside);
          var checked =
              new CheckedOutputStream(
                  new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER),
                  new CRC32C());
          var out = new DataOutputStream(checked)) {
        writeChunks(text, out);
        out.writeLong(checked.getChecksum().getValue());
        checked.getChecksum().reset();
        for (EncodedText.Part part : text.parts()) {
          for (float value : part.embedding().toArray()) {
            out.writeFloat(value);
          }
        }
        out.writeLong(checked.getChecksum().getValue());
      }
      Files.move(beside, place, ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void writeChunks(EncodedText text, DataOutputStream out) throws IOException {
    List<EncodedText.Part> parts = text.parts();
    out.writeInt(MAGIC);
    out.writeInt(parts.isEmpty() ? 0 : parts.getFirst().embedding().dimension());
    out.writeInt(parts.size());
    for (EncodedText.Part part : parts) {
      byte[] heading = part.heading().getBytes(UTF_8);
      Integer page = part.page();
      out.writeInt(part.span().start());
      out.writeInt(part.span().end());
      out.writeInt(page == null ? 0 : page);
      out.writeInt(heading.length);
      out.write(heading);
    }
  }

  /** The encoded text, empty if it is not there or not whole. */
  public Optional<EncodedText> read(String key) {
    return open(key, EncodedTexts::readAll);
  }

  /** Only how the text was cut; far less to read than the embeddings. */
  Optional<List<Cut>> readCuts(String key) {
    return open(key, (in, checked) -> readCuts(in, checked).cuts());
  }

  /** A chunk without its embedding. */
  record Cut(TextSpan span, String heading, @Nullable Integer page) {}

  private record Cuts(int dimension, List<Cut> cuts) {}

  private interface Reading<T> {
    T apply(DataInputStream in, CheckedInputStream checked) throws IOException;
  }

  private <T> Optional<T> open(String key, Reading<T> reading) {
    Path place = place(key);
    try (var checked =
            new CheckedInputStream(
                new BufferedInputStream(Files.newInputStream(place), BUFFER), new CRC32C());
        var in = new DataInputStream(checked)) {
      return Optional.of(reading.apply(in, checked));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      System.getLogger(EncodedTexts.class.getName())
          .log(System.Logger.Level.WARNING, "embeddings are damaged and will be made again", e);
      return Optional.empty();
    }
  }

  private static EncodedText readAll(DataInputStream in, CheckedInputStream checked)
      throws IOException {
    Cuts cuts = readCuts(in, checked);
    checked.getChecksum().reset();
    List<EncodedText.Part> parts = new ArrayList<>(cuts.cuts().size());
    for (Cut cut : cuts.cuts()) {
      float[] values = new float[cuts.dimension()];
      for (int h = 0; h < values.length; h++) {
        values[h] = in.readFloat();
      }
      parts.add(new EncodedText.Part(cut.span(), cut.heading(), cut.page(), new Embedding(values)));
    }
    check(in, checked);
    return new EncodedText(parts);
  }

  private static Cuts readCuts(DataInputStream in, CheckedInputStream checked) throws IOException {
    if (in.readInt() != MAGIC) {
      throw new IOException("not a file of embeddings");
    }
    int dimension = in.readInt();
    int count = in.readInt();
    List<Cut> cuts = new ArrayList<>();
    for (int u = 0; u < count; u++) {
      TextSpan span = new TextSpan(in.readInt(), in.readInt());
      int page = in.readInt();
      int length = in.readInt();
      byte[] heading = in.readNBytes(length);
      if (heading.length < length) {
        throw new EOFException("the file ends inside a heading");
      }
      cuts.add(new Cut(span, new String(heading, UTF_8), page == 0 ? null : page));
    }
    check(in, checked);
    return new Cuts(dimension, cuts);
  }

  private static void check(DataInputStream in, CheckedInputStream checked) throws IOException {
    long computed = checked.getChecksum().getValue();
    long written = in.readLong();
    if (computed != written) {
      throw new IOException("checksum %x expected, %x found".formatted(written, computed));
    }
  }

  void remove(String key) throws IOException {
    Files.deleteIfExists(place(key));
  }

  /** The keys of all that is there; for sweeps. */
  List<String> keys() throws IOException {
    try (Stream<Path> files = Files.walk(folder, 2)) {
      return files
          .map(Path::getFileName)
          .filter(name -> name != null && name.toString().matches("[0-9a-f]{64}"))
          .map(Path::toString)
          .toList();
    }
  }

  private Path place(String key) {
    if (!key.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("not a key of embeddings: " + key);
    }
    return folder.resolve(key.substring(0, 2)).resolve(key);
  }
}
