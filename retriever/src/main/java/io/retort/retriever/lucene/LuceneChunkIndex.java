package io.retort.retriever.lucene;

import io.retort.data.IndexDamagedException;
import io.retort.data.IndexManifest;
import io.retort.data.IndexMismatchException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig.OpenMode;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderManager;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * One embedded index in one folder: its writer and its searcher, which sees a commit once it is
 * done. Owns both: closing the index closes them.
 */
public final class LuceneChunkIndex implements AutoCloseable {
  private final Directory directory;
  private final ReaderManager commits;
  private final LuceneChunkWriter writer;
  private final LuceneScopedSearcher searcher;

  private LuceneChunkIndex(
      Directory directory,
      ReaderManager commits,
      LuceneChunkWriter writer,
      LuceneScopedSearcher searcher) {
    this.directory = directory;
    this.commits = commits;
    this.writer = writer;
    this.searcher = searcher;
  }

  /** An empty index in a folder that holds none yet. */
  public static LuceneChunkIndex create(Path folder, IndexManifest manifest) {
    return open(directory(folder), manifest, OpenMode.CREATE);
  }

  /**
   * The index in {@code folder}, after every byte of it was read and matched its checksums.
   *
   * @throws IndexDamagedException if it is missing, unreadable, altered, or another store's: build
   *     it again
   * @throws IndexMismatchException if it was built with other models than {@code manifest} names
   */
  public static LuceneChunkIndex open(Path folder, IndexManifest manifest) {
    return open(directory(folder), manifest, OpenMode.APPEND);
  }

  /** Takes over {@code directory}, also if opening fails. */
  static LuceneChunkIndex open(Directory directory, IndexManifest manifest, OpenMode mode) {
    var watched = new SyncWatch(directory);
    IndexWriter lucene = null;
    ReaderManager commits = null;
    try {
      if (mode == OpenMode.APPEND) {
        CommitData.check(checkedCommit(watched).getUserData(), manifest);
      }
      lucene = LuceneChunkWriter.openWriter(watched, mode);
      if (mode == OpenMode.CREATE) {
        lucene.setLiveCommitData(CommitData.of(manifest, 0).entrySet());
        lucene.commit();
      }
      commits = new ReaderManager(watched);
      return new LuceneChunkIndex(
          watched,
          commits,
          new LuceneChunkWriter(watched, manifest, commits, lucene),
          new LuceneScopedSearcher(commits, manifest));
    } catch (IOException e) {
      closeAfterFailure(commits, lucene, watched);
      throw new UncheckedIOException("opening the index", e);
    } catch (RuntimeException e) {
      closeAfterFailure(commits, lucene, watched);
      throw e;
    }
  }

  public LuceneChunkWriter writer() {
    return writer;
  }

  public LuceneScopedSearcher searcher() {
    return searcher;
  }

  /** Chunks of all collections in the last commit. */
  public long chunks() {
    return read(reader -> (long) reader.numDocs());
  }

  /** Deleted chunks that still take space, as a part of all; 0 for an empty index. */
  public double deletedRatio() {
    return read(
        reader -> reader.maxDoc() == 0 ? 0.0 : (double) reader.numDeletedDocs() / reader.maxDoc());
  }

  /**
   * Reads every byte of the last commit and compares checksums, while searches go on.
   *
   * @throws IndexDamagedException naming the file
   */
  public void scrub() {
    read(
        reader -> {
          for (LeafReaderContext leaf : reader.leaves()) {
            try {
              ((CodecReader) leaf.reader()).checkIntegrity();
            } catch (IOException e) {
              throw new IndexDamagedException("the index is damaged: " + e.getMessage(), e);
            }
          }
          return true;
        });
  }

  /** Drops what was not committed. */
  @Override
  public void close() {
    writer.close();
    searcher.close();
    try {
      directory.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing the index", e);
    }
  }

  /**
   * The last commit, all of whose files match their checksums. Opening a reader would not do: most
   * flipped bits only turn up as wrong hits.
   */
  private static SegmentInfos checkedCommit(Directory directory) throws IOException {
    String name = SegmentInfos.getLastCommitSegmentsFileName(directory);
    if (name == null) {
      throw new IndexDamagedException("there is no index in " + directory, null);
    }
    String file = name;
    try {
      checksum(directory, file);
      SegmentInfos commit = SegmentInfos.readCommit(directory, name);
      for (String each : commit.files(false)) {
        file = each;
        checksum(directory, file);
      }
      return commit;
    } catch (IOException | RuntimeException e) {
      // Damaged bytes may be read before their checksum is, and then fail in any way.
      throw new IndexDamagedException(
          "index file %s is damaged or missing: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void checksum(Directory directory, String file) throws IOException {
    try (IndexInput input = directory.openInput(file, IOContext.READONCE)) {
      CodecUtil.checksumEntireFile(input);
    }
  }

  private static Directory directory(Path folder) {
    try {
      return FSDirectory.open(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("opening the index folder " + folder, e);
    }
  }

  private static void closeAfterFailure(
      @Nullable ReaderManager commits, @Nullable IndexWriter lucene, Directory directory) {
    IOUtils.closeWhileHandlingException(
        commits, lucene == null ? null : lucene::rollback, directory);
  }

  private <T> T read(Reading<T> reading) {
    try {
      DirectoryReader reader = commits.acquire();
      try {
        return reading.apply(reader);
      } finally {
        commits.release(reader);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("reading the index", e);
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    T apply(DirectoryReader reader) throws IOException;
  }
}
