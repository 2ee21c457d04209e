package io.retort.retriever.lucene;

import io.retort.data.ChunkWriter;
import io.retort.data.IndexManifest;
import io.retort.data.ScopedSearcher;
import io.retort.retriever.ChunkIndexContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.io.TempDir;

class LuceneChunkIndexTest extends ChunkIndexContract {
  @TempDir Path folder;

  @Override
  protected Index open(IndexManifest manifest) {
    LuceneChunkIndex index =
        exists()
            ? LuceneChunkIndex.open(folder, manifest)
            : LuceneChunkIndex.create(folder, manifest);
    return new Index() {
      @Override
      public ChunkWriter writer() {
        return index.writer();
      }

      @Override
      public ScopedSearcher searcher() {
        return index.searcher();
      }

      @Override
      public void close() {
        index.close();
      }
    };
  }

  private boolean exists() {
    try (var directory = FSDirectory.open(folder)) {
      return DirectoryReader.indexExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
