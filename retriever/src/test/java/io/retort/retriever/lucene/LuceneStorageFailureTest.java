package io.retort.retriever.lucene;

import static io.retort.retriever.TestChunks.block;
import static io.retort.retriever.TestChunks.manifest;
import static io.retort.retriever.TestChunks.plenty;
import static io.retort.retriever.TestChunks.random;
import static io.retort.retriever.TestChunks.scope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.CandidateQuery;
import io.retort.data.IndexManifest;
import io.retort.data.IndexWriteException;
import io.retort.data.SearchMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.index.IndexWriterConfig.OpenMode;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.FilterIndexOutput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("CR-7")
class LuceneStorageFailureTest {
  private static final int DIMENSION = 64;
  private static final IndexManifest MANIFEST = manifest(DIMENSION);

  @TempDir Path folder;

  /** A disk with so many bytes left, and syncs that can be made to fail. */
  private static final class SmallDisk extends FilterDirectory {
    private final AtomicLong bytesLeft = new AtomicLong(Long.MAX_VALUE);
    private final AtomicBoolean syncFails = new AtomicBoolean();

    SmallDisk(Path folder) throws IOException {
      super(FSDirectory.open(folder));
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
      return limited(super.createOutput(name, context));
    }

    @Override
    public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
        throws IOException {
      return limited(super.createTempOutput(prefix, suffix, context));
    }

    @Override
    public void sync(Collection<String> names) throws IOException {
      if (syncFails.get()) {
        throw new IOException("Input/output error");
      }
      super.sync(names);
    }

    private IndexOutput limited(IndexOutput out) {
      return new FilterIndexOutput("limited " + out, out.getName(), out) {
        @Override
        public void writeByte(byte b) throws IOException {
          take(1);
          super.writeByte(b);
        }

        @Override
        public void writeBytes(byte[] bytes, int offset, int length) throws IOException {
          take(length);
          super.writeBytes(bytes, offset, length);
        }
      };
    }

    private void take(int bytes) throws IOException {
      if (bytesLeft.addAndGet(-bytes) < 0) {
        throw new IOException("No space left on device");
      }
    }
  }

  @Test
  void aFullDiskLosesNothingThatWasCommittedAndWorkGoesOnWhenThereIsSpace() throws IOException {
    var disk = new SmallDisk(folder);
    var random = new Random(1);
    try (var index = LuceneChunkIndex.open(disk, MANIFEST, OpenMode.CREATE)) {
      for (int i = 1; i <= 100; i++) {
        index.writer().replace(block("d" + i, i, "c", "kea", random(random, DIMENSION)));
      }
      index.writer().commit(100);
      disk.bytesLeft.set(5_000);
      for (int i = 101; i <= 200; i++) {
        index.writer().replace(block("d" + i, i, "c", "kea", random(random, DIMENSION)));
      }

      assertThatThrownBy(() -> index.writer().commit(200))
          .isInstanceOf(IndexWriteException.class)
          .hasMessageContaining("No space left on device")
          .satisfies(e -> assertThat(((IndexWriteException) e).syncFailed()).isFalse());

      assertThat(index.writer().committedSeq()).isEqualTo(100);
      var query =
          new CandidateQuery("kea", random(random, DIMENSION), SearchMode.HYBRID, 200, List.of());
      assertThat(index.searcher().search(query, scope("c"), plenty()).dense()).hasSize(100);

      disk.bytesLeft.set(Long.MAX_VALUE);
      for (int i = 101; i <= 200; i++) {
        index.writer().replace(block("d" + i, i, "c", "kea", random(random, DIMENSION)));
      }
      index.writer().commit(200);

      assertThat(index.searcher().search(query, scope("c"), plenty()).dense()).hasSize(200);
    }
    try (var again = LuceneChunkIndex.open(folder, MANIFEST)) {
      assertThat(again.writer().committedSeq()).isEqualTo(200);
      assertThat(again.writer().committedDocuments()).hasSize(200);
    }
  }

  @Test
  void theCommitAfterALossFailsOnceSoThatNothingLostIsCountedAsWritten() throws IOException {
    var disk = new SmallDisk(folder);
    var random = new Random(2);
    try (var index = LuceneChunkIndex.open(disk, MANIFEST, OpenMode.CREATE)) {
      index.writer().replace(block("lost", 1, "c", "kea", random(random, DIMENSION)));
      disk.bytesLeft.set(100);
      assertThatThrownBy(
              () -> {
                // A flush comes when the buffer is full, in the middle of some later block.
                index.writer().purgeDeleted();
                for (int i = 2; i < 100_000; i++) {
                  index.writer().replace(block("d" + i, i, "c", "kea", random(random, DIMENSION)));
                }
              })
          .isInstanceOf(IndexWriteException.class);
      disk.bytesLeft.set(Long.MAX_VALUE);

      index.writer().replace(block("later", 200_000, "c", "kea", random(random, DIMENSION)));
      assertThatThrownBy(() -> index.writer().commit(200_000))
          .isInstanceOf(IndexWriteException.class)
          .hasMessageContaining("handed in again");
      assertThat(index.writer().committedSeq()).isZero();

      index.writer().replace(block("lost", 1, "c", "kea", random(random, DIMENSION)));
      index.writer().commit(200_000);
      assertThat(index.writer().committedDocuments()).containsOnlyKeys("lost", "later");
    }
  }

  @Test
  void aFailedSyncIsNeverTriedAgain() throws IOException {
    var disk = new SmallDisk(folder);
    var random = new Random(3);
    try (var index = LuceneChunkIndex.open(disk, MANIFEST, OpenMode.CREATE)) {
      index.writer().replace(block("a", 1, "c", "kea", random(random, DIMENSION)));
      index.writer().commit(1);
      index.writer().replace(block("b", 2, "c", "kea", random(random, DIMENSION)));
      disk.syncFails.set(true);
      assertThatThrownBy(() -> index.writer().commit(2))
          .isInstanceOf(IndexWriteException.class)
          .satisfies(e -> assertThat(((IndexWriteException) e).syncFailed()).isTrue());
      disk.syncFails.set(false);

      assertThatThrownBy(
              () -> index.writer().replace(block("b", 2, "c", "x", random(random, DIMENSION))))
          .isInstanceOf(IndexWriteException.class)
          .hasMessageContaining("restart");
      assertThatThrownBy(() -> index.writer().commit(2)).isInstanceOf(IndexWriteException.class);
      var query =
          new CandidateQuery("kea", random(random, DIMENSION), SearchMode.HYBRID, 10, List.of());
      assertThat(index.searcher().search(query, scope("c"), plenty()).dense()).hasSize(1);
    }
  }
}
