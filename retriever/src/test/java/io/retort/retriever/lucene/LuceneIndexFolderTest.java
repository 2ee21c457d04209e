package io.retort.retriever.lucene;

import static io.retort.retriever.TestChunks.block;
import static io.retort.retriever.TestChunks.manifest;
import static io.retort.retriever.TestChunks.plenty;
import static io.retort.retriever.TestChunks.scope;
import static io.retort.retriever.TestChunks.unit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.CandidateQuery;
import io.retort.data.Embedding;
import io.retort.data.IndexManifest;
import io.retort.data.IndexMismatchException;
import io.retort.data.ScopedSearcher;
import io.retort.data.SearchMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LuceneIndexFolderTest {
  private static final IndexManifest MANIFEST = manifest(2);
  private static final IndexManifest OTHER_MODELS =
      new IndexManifest("store-1", "encoder-2", "tokenizer-1", "chunker-1", 2);
  private static final Embedding EAST = unit(1, 0);

  @TempDir Path root;

  @Test
  void theFirstIndexBeginsEmptyAndSaysSo() {
    try (var folder = LuceneIndexFolder.open(root, MANIFEST)) {
      assertThat(folder.startedAnew()).contains("there was no index");
      assertThat(folder.live().chunks()).isZero();
      write(folder.live(), "a");
    }
    try (var folder = LuceneIndexFolder.open(root, MANIFEST)) {
      assertThat(folder.startedAnew()).isNull();
      assertThat(folder.live().chunks()).isEqualTo(1);
    }
  }

  @Test
  void aDamagedIndexIsSetAsideAndReplaced() throws IOException {
    try (var folder = LuceneIndexFolder.open(root, MANIFEST)) {
      write(folder.live(), "a");
    }
    try (Stream<Path> files = Files.list(root.resolve("1"))) {
      Path damaged =
          files.filter(file -> file.toString().endsWith(".cfs")).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(damaged);
      bytes[bytes.length / 2] ^= 1;
      Files.write(damaged, bytes);
    }

    try (var folder = LuceneIndexFolder.open(root, MANIFEST)) {
      assertThat(folder.startedAnew()).contains(".cfs");
      assertThat(folder.live().chunks()).isZero();
      assertThat(root.resolve("1")).isDirectory();
      folder.removeOthers();
      assertThat(root.resolve("1")).doesNotExist();
      assertThat(root.resolve("2")).isDirectory();
    }
  }

  @Test
  void anIndexOfOtherModelsIsLeftAlone() {
    try (var folder = LuceneIndexFolder.open(root, MANIFEST)) {
      write(folder.live(), "a");
    }
    assertThatThrownBy(() -> LuceneIndexFolder.open(root, OTHER_MODELS))
        .isInstanceOf(IndexMismatchException.class);
    try (var folder = LuceneIndexFolder.open(root, MANIFEST)) {
      assertThat(folder.live().chunks()).isEqualTo(1);
    }

    try (var folder = LuceneIndexFolder.startAnew(root, OTHER_MODELS)) {
      assertThat(folder.live().chunks()).isZero();
      assertThat(folder.live().searcher().manifest()).isEqualTo(OTHER_MODELS);
    }
  }

  @Test
  void aPromotedIndexTakesOverWhileTheOldOneStillAnswers() {
    try (var folder = LuceneIndexFolder.open(root, MANIFEST)) {
      write(folder.live(), "a");
      ScopedSearcher before = folder.live().searcher();
      LuceneChunkIndex next = folder.startNext(OTHER_MODELS);
      write(next, "a", "b");
      assertThat(folder.live().chunks()).isEqualTo(1);

      folder.promote(next);

      assertThat(folder.live().chunks()).isEqualTo(2);
      var query = new CandidateQuery("kea", EAST, SearchMode.HYBRID, 10, List.of());
      assertThat(before.search(query, scope("c"), plenty()).dense()).hasSize(1);
      folder.removeOthers();
      assertThat(root.resolve("1")).doesNotExist();
    }
    try (var folder = LuceneIndexFolder.open(root, OTHER_MODELS)) {
      assertThat(folder.startedAnew()).isNull();
      assertThat(folder.live().chunks()).isEqualTo(2);
    }
  }

  @Test
  void anIndexThatWasNotPromotedIsForgotten() {
    try (var folder = LuceneIndexFolder.open(root, MANIFEST)) {
      write(folder.live(), "a");
      write(folder.startNext(MANIFEST), "b", "d");
    }
    try (var folder = LuceneIndexFolder.open(root, MANIFEST)) {
      assertThat(folder.live().chunks()).isEqualTo(1);
      LuceneChunkIndex next = folder.startNext(MANIFEST);
      assertThat(next.chunks()).isZero();
      assertThat(root.resolve("3")).isDirectory();
    }
  }

  @Test
  void anUnreadableCurrentFileMeansANewIndex() throws IOException {
    LuceneIndexFolder.open(root, MANIFEST).close();
    Files.writeString(root.resolve("CURRENT"), "../../etc\n");

    try (var folder = LuceneIndexFolder.open(root, MANIFEST)) {
      assertThat(folder.startedAnew()).contains("no file says");
      assertThat(root.resolve("2")).isDirectory();
    }
  }

  private static void write(LuceneChunkIndex index, String... documents) {
    for (String document : documents) {
      index.writer().replace(block(document, 1, "c", "kea", EAST));
    }
    index.writer().commit(1);
  }
}
