package io.retort.retriever.lucene;

import static java.util.Objects.requireNonNull;

import io.retort.data.ChunkWriter;
import io.retort.data.DocumentBlock;
import io.retort.data.EncodedChunk;
import io.retort.data.IndexManifest;
import io.retort.data.IndexWriteException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderManager;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;

/**
 * Writes blocks of chunks and commits them with the ledger's position.
 *
 * <p>A Lucene writer that could not write (a full disk, say) closes itself and keeps what it had
 * committed. It is dropped then, and the next call opens a fresh one on the last commit. Since that
 * loses what other threads had handed in, the next {@link #commit} fails too. A sync that failed is
 * never tried again: the kernel may have dropped the page and report success. Safe for use by many
 * threads.
 */
public final class LuceneChunkWriter implements ChunkWriter {
  /** HNSW: links a node (M in the paper). */
  static final int MAX_CONN = 16;

  /** HNSW: nodes looked at for a new one's links (efConstruction in the paper). */
  static final int BEAM_WIDTH = 100;

  private static final double BUFFER_MEGABYTES = 64;

  private final SyncWatch directory;
  private final IndexManifest manifest;
  private final ReaderManager commits;

  /**
   * Held shared while a block is handed in, exclusively where the fields below change together. The
   * analyzer and writer are used outside it.
   */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  private final Object committing = new Object();
  private @Nullable IndexWriter writer;
  private @Nullable Throwable lost;
  private boolean closed;

  /**
   * Sequence numbers of blocks that no reader shows yet: of the next commit, of the running one.
   */
  private ConcurrentHashMap<String, Long> pending = new ConcurrentHashMap<>();

  private Map<String, Long> inCommit = Map.of();

  LuceneChunkWriter(
      SyncWatch directory, IndexManifest manifest, ReaderManager commits, IndexWriter writer) {
    this.directory = directory;
    this.manifest = manifest;
    this.commits = commits;
    this.writer = writer;
  }

  static IndexWriter openWriter(SyncWatch directory, IndexWriterConfig.OpenMode mode)
      throws IOException {
    var merges = new TieredMergePolicy();
    merges.setForceMergeDeletesPctAllowed(0); // a purge leaves no deleted text behind
    var config =
        new IndexWriterConfig(new WordAnalyzer())
            .setMergePolicy(merges)
            .setOpenMode(mode)
            .setCodec(codec())
            .setSimilarity(LuceneScopedSearcher.BM25)
            .setRAMBufferSizeMB(BUFFER_MEGABYTES)
            .setCommitOnClose(false); // only a commit that names its ledger position is one
    return new IndexWriter(directory, config);
  }

  private static Codec codec() {
    var vectors = new Lucene99HnswVectorsFormat(MAX_CONN, BEAM_WIDTH);
    return new Lucene104Codec() {
      @Override
      public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return vectors;
      }
    };
  }

  @Override
  public void replace(DocumentBlock block) {
    for (EncodedChunk encoded : block.chunks()) {
      if (encoded.embedding().dimension() != manifest.dimension()) {
        throw new IllegalArgumentException(
            "chunk %s has an embedding of %d dimensions, the index has %d"
                .formatted(
                    encoded.chunk().id(), encoded.embedding().dimension(), manifest.dimension()));
      }
    }
    List<Document> documents = ChunkFields.documents(block);
    write(
        block.documentId(),
        (lucene, earlier) -> {
          if (earlier != null && earlier > block.seq()) {
            return earlier;
          }
          var document = new Term(ChunkFields.DOCUMENT, block.documentId());
          if (documents.isEmpty()) {
            // As an empty block it would leave bytes that nobody accounts for.
            lucene.deleteDocuments(document);
          } else {
            lucene.updateDocuments(document, documents);
          }
          return block.seq();
        });
  }

  @Override
  public void delete(String documentId) {
    write(
        documentId,
        (lucene, earlier) -> {
          lucene.deleteDocuments(new Term(ChunkFields.DOCUMENT, documentId));
          return null;
        });
  }

  @Override
  public void commit(long lastSeq) {
    synchronized (committing) {
      IndexWriter lucene = startCommit();
      try {
        lucene.setLiveCommitData(CommitData.of(manifest, lastSeq).entrySet());
        lucene.commit();
        commits.maybeRefreshBlocking();
      } catch (IOException | AlreadyClosedException e) {
        drop(lucene, e);
        throw reported(e);
      } finally {
        exclusively(() -> inCommit = Map.of());
      }
    }
  }

  @Override
  public long committedSeq() {
    return read(reader -> CommitData.lastSeq(reader.getIndexCommit().getUserData()));
  }

  @Override
  public Map<String, IndexedVersion> committedDocuments() {
    return read(
        reader -> {
          Map<String, IndexedVersion> documents = new HashMap<>();
          for (LeafReaderContext leaf : reader.leaves()) {
            collect(leaf.reader(), documents);
          }
          return documents;
        });
  }

  /**
   * Rewrites the segments that hold deleted chunks, so that text and vectors leave the disk; a
   * commit makes it so.
   */
  @Override
  public void purgeDeleted() {
    IndexWriter lucene = current();
    try {
      lucene.forceMergeDeletes();
    } catch (IOException | AlreadyClosedException e) {
      drop(lucene, e);
      throw failure(e);
    }
  }

  /** Drops what was not committed. */
  @Override
  public void close() {
    exclusively(
        () -> {
          closed = true;
          IndexWriter lucene = writer;
          writer = null;
          if (lucene != null) {
            rollback(lucene);
          }
        });
  }

  private IndexWriter startCommit() {
    IndexWriter lucene = current();
    lock.writeLock().lock();
    try {
      Throwable loss = lost;
      if (loss != null) {
        lost = null; // said once; what is handed in from here on is in the fresh writer
        throw failure(loss);
      }
      inCommit = pending;
      pending = new ConcurrentHashMap<>();
      return lucene;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * One write, in turn with others to the same document.
   *
   * @param write gets the sequence number of the block that is there, null if none is, and gives
   *     that of the block that is there afterwards
   */
  private void write(String documentId, Write write) {
    IndexWriter lucene = current();
    Throwable cause;
    lock.readLock().lock();
    try {
      pending.compute(
          documentId,
          (id, seq) -> {
            try {
              return write.apply(lucene, seq == null ? earlierSeq(id) : seq);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      return;
    } catch (UncheckedIOException e) {
      cause = requireNonNull(e.getCause());
    } catch (AlreadyClosedException e) {
      cause = e;
    } finally {
      lock.readLock().unlock();
    }
    drop(lucene, cause);
    throw failure(cause);
  }

  private @Nullable Long earlierSeq(String documentId) throws IOException {
    Long seq = inCommit.get(documentId);
    if (seq != null) {
      return seq;
    }
    DirectoryReader reader = commits.acquire();
    try {
      for (LeafReaderContext leaf : reader.leaves()) {
        Long committed = seq(leaf.reader(), documentId);
        if (committed != null) {
          return committed;
        }
      }
      return null;
    } finally {
      commits.release(reader);
    }
  }

  private static @Nullable Long seq(LeafReader leaf, String documentId) throws IOException {
    PostingsEnum chunks =
        leaf.postings(new Term(ChunkFields.DOCUMENT, documentId), PostingsEnum.NONE);
    if (chunks == null) {
      return null;
    }
    Bits live = leaf.getLiveDocs();
    for (int doc = chunks.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = chunks.nextDoc()) {
      if (live == null || live.get(doc)) {
        NumericDocValues seqs = DocValues.getNumeric(leaf, ChunkFields.SEQ);
        return seqs.advanceExact(doc) ? seqs.longValue() : null;
      }
    }
    return null;
  }

  private static void collect(LeafReader leaf, Map<String, IndexedVersion> documents)
      throws IOException {
    SortedDocValues ids = DocValues.getSorted(leaf, ChunkFields.DOCUMENT);
    NumericDocValues versions = DocValues.getNumeric(leaf, ChunkFields.VERSION);
    NumericDocValues seqs = DocValues.getNumeric(leaf, ChunkFields.SEQ);
    Bits live = leaf.getLiveDocs();
    for (int doc = 0; doc < leaf.maxDoc(); doc++) {
      if (live != null && !live.get(doc)) {
        continue;
      }
      if (ids.advanceExact(doc) && versions.advanceExact(doc) && seqs.advanceExact(doc)) {
        documents.merge(
            ids.lookupOrd(ids.ordValue()).utf8ToString(),
            new IndexedVersion((int) versions.longValue(), seqs.longValue(), 1),
            (a, b) -> new IndexedVersion(a.version(), a.seq(), a.chunks() + 1));
      }
    }
  }

  /** The open writer, or a fresh one on the last commit where one was dropped. */
  private IndexWriter current() {
    lock.readLock().lock();
    try {
      IndexWriter lucene = writer;
      if (lucene != null) {
        return lucene;
      }
    } finally {
      lock.readLock().unlock();
    }
    lock.writeLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the index writer is closed");
      }
      if (directory.failed()) {
        throw failure(new IOException("an earlier sync failed"));
      }
      IndexWriter lucene = writer;
      if (lucene == null) {
        lucene = openWriter(directory, IndexWriterConfig.OpenMode.APPEND);
        writer = lucene;
      }
      return lucene;
    } catch (IOException e) {
      throw failure(e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void drop(IndexWriter broken, Throwable cause) {
    exclusively(
        () -> {
          if (broken.equals(writer)) {
            writer = null;
            lost = cause;
            pending = new ConcurrentHashMap<>();
            rollback(broken);
          }
        });
  }

  /** As {@link #failure}, for the committer: it need not be told a second time. */
  private IndexWriteException reported(Throwable cause) {
    exclusively(() -> lost = null);
    return failure(cause);
  }

  private IndexWriteException failure(Throwable cause) {
    if (directory.failed()) {
      return new IndexWriteException(
          "a sync of the index failed (%s); nothing is written until a restart; what was committed"
                  .formatted(cause.getMessage())
              + " before is intact",
          cause,
          true);
    }
    return new IndexWriteException(
        "the index could not be written (%s); what was committed is intact, what was handed in since"
                .formatted(cause.getMessage())
            + " must be handed in again",
        cause,
        false);
  }

  private static void rollback(IndexWriter lucene) {
    try {
      lucene.rollback();
    } catch (IOException | AlreadyClosedException e) {
      // It is given up in any case, and its uncommitted files are removed by the next writer.
      System.getLogger(LuceneChunkWriter.class.getName())
          .log(System.Logger.Level.WARNING, "closing a broken index writer", e);
    }
  }

  private void exclusively(Runnable change) {
    lock.writeLock().lock();
    try {
      change.run();
    } finally {
      lock.writeLock().unlock();
    }
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
  private interface Write {
    @Nullable Long apply(IndexWriter lucene, @Nullable Long earlier) throws IOException;
  }

  @FunctionalInterface
  private interface Reading<T> {
    T apply(DirectoryReader reader) throws IOException;
  }
}
