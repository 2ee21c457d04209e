package io.retort.retriever.lucene;

import io.retort.data.IndexDamagedException;
import io.retort.data.IndexManifest;
import io.retort.data.IndexMismatchException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The numbered indexes of a store and the file {@code CURRENT} that names the live one. A new index
 * is built beside it and takes its place in one step; searches in progress keep the old one until
 * {@link #removeOthers}.
 */
public final class LuceneIndexFolder implements AutoCloseable {
  private static final String CURRENT = "CURRENT";

  private final Path root;
  private final @Nullable String startedAnew;
  private final List<LuceneChunkIndex> others = new ArrayList<>();
  private volatile LuceneChunkIndex live;
  private int liveNumber;
  private int highest;

  private LuceneIndexFolder(
      Path root, LuceneChunkIndex live, int number, int highest, @Nullable String startedAnew) {
    this.root = root;
    this.live = live;
    this.liveNumber = number;
    this.highest = highest;
    this.startedAnew = startedAnew;
  }

  /**
   * Opens the live index. One that is missing, damaged or another store's is set aside, and an
   * empty one takes its place: {@link #startedAnew} says why, and the ledger fills it again.
   *
   * @throws IndexMismatchException if it was built with other models; nothing is changed then
   */
  public static LuceneIndexFolder open(Path root, IndexManifest manifest) {
    try {
      Files.createDirectories(root);
      int highest = numbers(root).stream().max(Comparator.naturalOrder()).orElse(0);
      int number = readCurrent(root);
      if (number > 0) {
        try {
          var index = LuceneChunkIndex.open(root.resolve(Integer.toString(number)), manifest);
          return new LuceneIndexFolder(root, index, number, highest, null);
        } catch (IndexDamagedException e) {
          return startAnew(root, manifest, highest, String.valueOf(e.getMessage()));
        }
      }
      String why = highest == 0 ? "there was no index" : "no file says which index is live";
      return startAnew(root, manifest, highest, why);
    } catch (IOException e) {
      throw new UncheckedIOException("opening the index folder " + root, e);
    }
  }

  /**
   * An empty index of this store that takes the live one's place, because other models are loaded:
   * the answer to {@link IndexMismatchException} if that is what is wanted.
   */
  public static LuceneIndexFolder startAnew(Path root, IndexManifest manifest) {
    try {
      Files.createDirectories(root);
      int highest = numbers(root).stream().max(Comparator.naturalOrder()).orElse(0);
      return startAnew(root, manifest, highest, "it was asked for");
    } catch (IOException e) {
      throw new UncheckedIOException("starting a new index in " + root, e);
    }
  }

  private static LuceneIndexFolder startAnew(
      Path root, IndexManifest manifest, int highest, String why) throws IOException {
    int number = highest + 1;
    var index = LuceneChunkIndex.create(root.resolve(Integer.toString(number)), manifest);
    try {
      writeCurrent(root, number);
    } catch (IOException | RuntimeException e) {
      index.close();
      throw e;
    }
    return new LuceneIndexFolder(root, index, number, number, why);
  }

  /** The live index; ask for it again at each use, since it can be replaced. */
  public LuceneChunkIndex live() {
    return live;
  }

  /** Why the live index began empty when the folder was opened, null if it did not. */
  public @Nullable String startedAnew() {
    return startedAnew;
  }

  /** An empty index beside the live one. It is removed with the others unless it is promoted. */
  public synchronized LuceneChunkIndex startNext(IndexManifest manifest) {
    int number = highest + 1;
    var next = LuceneChunkIndex.create(root.resolve(Integer.toString(number)), manifest);
    highest = number;
    others.add(next);
    return next;
  }

  /** Makes the index that {@link #startNext} gave last the live one. */
  public synchronized void promote(LuceneChunkIndex next) {
    if (others.isEmpty() || others.getLast() != next) {
      throw new IllegalArgumentException("only the index that was started last can be promoted");
    }
    try {
      writeCurrent(root, highest);
    } catch (IOException e) {
      throw new UncheckedIOException("switching to index " + highest, e);
    }
    others.removeLast();
    others.add(live);
    live = next;
    liveNumber = highest;
  }

  /** Closes and deletes every index but the live one, also those that earlier runs left. */
  public synchronized void removeOthers() {
    others.forEach(LuceneChunkIndex::close);
    others.clear();
    try {
      for (int number : numbers(root)) {
        if (number != liveNumber) {
          deleteTree(root.resolve(Integer.toString(number)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("removing old indexes in " + root, e);
    }
  }

  @Override
  public synchronized void close() {
    others.forEach(LuceneChunkIndex::close);
    others.clear();
    live.close();
  }

  private static int readCurrent(Path root) throws IOException {
    Path file = root.resolve(CURRENT);
    if (!Files.exists(file)) {
      return 0;
    }
    String text = Files.readString(file).strip();
    return text.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(text) : 0;
  }

  /**
   * Written beside, forced, renamed, and the folder forced: after a crash it is the old or the new.
   */
  private static void writeCurrent(Path root, int number) throws IOException {
    Path beside = root.resolve(CURRENT + ".tmp");
    Files.writeString(beside, number + "\n", StandardCharsets.UTF_8);
    force(beside, StandardOpenOption.WRITE);
    Files.move(
        beside,
        root.resolve(CURRENT),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    force(root, StandardOpenOption.READ);
  }

  private static void force(Path path, StandardOpenOption mode) throws IOException {
    try (var channel = FileChannel.open(path, mode)) {
      channel.force(true);
    }
  }

  private static List<Integer> numbers(Path root) throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.matches("[1-9][0-9]{0,8}"))
          .map(Integer::valueOf)
          .sorted()
          .toList();
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString());
    }
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }
}
