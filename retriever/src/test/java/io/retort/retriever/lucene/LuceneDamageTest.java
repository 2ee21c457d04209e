package io.retort.retriever.lucene;

import static io.retort.retriever.TestChunks.block;
import static io.retort.retriever.TestChunks.manifest;
import static io.retort.retriever.TestChunks.plenty;
import static io.retort.retriever.TestChunks.random;
import static io.retort.retriever.TestChunks.scope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.CandidateQuery;
import io.retort.data.Embedding;
import io.retort.data.IndexDamagedException;
import io.retort.data.IndexManifest;
import io.retort.data.SearchMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.IndexWriterConfig.OpenMode;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a commit holds survives a crash; what is damaged is found before it is served. */
@Tag("CR-8")
class LuceneDamageTest {
  private static final int DIMENSION = 8;
  private static final IndexManifest MANIFEST = manifest(DIMENSION);
  private static final int FLIPS = 20;
  private static final int[] CUTS_PERCENT = {0, 10, 30, 50, 70, 90};
  private static final long SEED = 8;

  @TempDir Path folder;

  @Test
  void everyFlippedBitIsFound() throws IOException {
    Map<String, List<Path>> files = indexWithFilesOfEveryType();
    var random = new Random(SEED);
    for (List<Path> ofType : files.values()) {
      Path file = ofType.getFirst();
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < FLIPS; i++) {
        byte[] flipped = whole.clone();
        int bit = random.nextInt(flipped.length * 8);
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        Files.write(file, flipped);
        damageIsFound("%s, bit %d of %d".formatted(file, bit, whole.length * 8L));
      }
      Files.write(file, whole);
    }
    LuceneChunkIndex.open(folder, MANIFEST).close();
  }

  @Test
  void everyCutFileIsFound() throws IOException {
    Map<String, List<Path>> files = indexWithFilesOfEveryType();
    for (List<Path> ofType : files.values()) {
      Path file = ofType.getFirst();
      byte[] whole = Files.readAllBytes(file);
      for (int percent : CUTS_PERCENT) {
        byte[] cut = new byte[whole.length * percent / 100];
        System.arraycopy(whole, 0, cut, 0, cut.length);
        Files.write(file, cut);
        damageIsFound("%s cut to %d %%".formatted(file, percent));
      }
      Files.delete(file);
      damageIsFound(file + " deleted");
      Files.write(file, whole);
    }
    LuceneChunkIndex.open(folder, MANIFEST).close();
  }

  @Test
  void theScrubOfALiveIndexFindsAFlippedBit() throws IOException {
    Map<String, List<Path>> files = indexWithFilesOfEveryType();
    try (var index = LuceneChunkIndex.open(folder, MANIFEST)) {
      index.scrub();
      Path vectors = files.get("vec").getFirst();
      byte[] bytes = Files.readAllBytes(vectors);
      bytes[bytes.length / 2] ^= 4;
      Files.write(vectors, bytes);

      assertThatThrownBy(index::scrub).isInstanceOf(IndexDamagedException.class);
    }
  }

  @Test
  void aFolderWithoutIndexIsDamage() {
    assertThatThrownBy(() -> LuceneChunkIndex.open(folder, MANIFEST))
        .isInstanceOf(IndexDamagedException.class)
        .hasMessageContaining("no index");
  }

  @Test
  void anotherStoresIndexIsDamage() {
    LuceneChunkIndex.create(folder, MANIFEST).close();
    var other = new IndexManifest("store-2", "encoder-1", "tokenizer-1", "chunker-1", DIMENSION);

    assertThatThrownBy(() -> LuceneChunkIndex.open(folder, other))
        .isInstanceOf(IndexDamagedException.class)
        .hasMessageContainingAll("store-1", "store-2");
  }

  /** Power loss: everything that was not synced is dropped or torn. */
  @Test
  void aCrashTakesNothingThatWasCommitted() throws IOException {
    for (long seed = 0; seed < 30; seed++) {
      var random = new Random(seed);
      Path place = folder.resolve("before-" + seed);
      Path afterwards = folder.resolve("after-" + seed);
      int committed = 0;
      var disk = new MockDirectoryWrapper(random, FSDirectory.open(place));
      disk.setCheckIndexOnClose(false);
      var index = LuceneChunkIndex.open(disk, MANIFEST, OpenMode.CREATE);
      int documents = 20 + random.nextInt(60);
      for (int i = 1; i <= documents; i++) {
        index
            .writer()
            .replace(block("d" + i, i, "c", "kea number " + i, random(random, DIMENSION)));
        if (random.nextInt(8) == 0) {
          index.writer().commit(i);
          committed = i;
        }
      }
      disk.crash();
      copy(place, afterwards);
      disk.clearCrash();
      index.close();

      try (var again = LuceneChunkIndex.open(afterwards, MANIFEST)) {
        assertThat(again.writer().committedSeq()).as("seed %d", seed).isEqualTo(committed);
        assertThat(again.writer().committedDocuments()).as("seed %d", seed).hasSize(committed);
        assertThat(again.chunks()).isEqualTo(committed);
      }
      try (var directory = FSDirectory.open(afterwards);
          var check = new CheckIndex(directory)) {
        assertThat(check.checkIndex().clean).as("seed %d", seed).isTrue();
      }
    }
  }

  @Test
  void purgingDeletedChunksRemovesTheirTextFromTheDisk() throws IOException {
    var random = new Random(SEED);
    try (var index = LuceneChunkIndex.create(folder, MANIFEST)) {
      index.writer().replace(block("a", 1, "c", "canaryword", random(random, DIMENSION)));
      for (int i = 0; i < 99; i++) {
        index.writer().replace(block("b" + i, 2, "c", "kea", random(random, DIMENSION)));
      }
      index.writer().commit(2);
      assertThat(textOnDisk()).contains("canaryword");
      index.writer().delete("a");
      index.writer().commit(3);
      assertThat(index.deletedRatio()).isEqualTo(0.01);

      index.writer().purgeDeleted();
      index.writer().commit(3);

      assertThat(index.deletedRatio()).isZero();
      assertThat(index.chunks()).isEqualTo(99);
    }
    LuceneChunkIndex.open(folder, MANIFEST).close();
    assertThat(textOnDisk()).doesNotContain("canaryword");
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private String textOnDisk() throws IOException {
    var text = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        text.append(
            new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1));
      }
    }
    return text.toString();
  }

  private void damageIsFound(String what) {
    try (var index = LuceneChunkIndex.open(folder, MANIFEST)) {
      throw new AssertionError(what + " was not found; chunks: " + index.chunks());
    } catch (IndexDamagedException found) {
      assertThat(found.getMessage()).containsAnyOf("damaged", "no index");
    }
  }

  /** By type, the files of a last commit that holds every type there is. */
  private Map<String, List<Path>> indexWithFilesOfEveryType() throws IOException {
    var random = new Random(SEED);
    writeWithoutCompoundFiles(random);
    try (var index = LuceneChunkIndex.open(folder, MANIFEST)) {
      index.writer().delete("d7");
      index.writer().replace(block("e", 302, "c", "kaka", random(random, DIMENSION)));
      index.writer().commit(302);
      var query =
          new CandidateQuery("kea", random(random, DIMENSION), SearchMode.HYBRID, 10, List.of());
      assertThat(index.searcher().search(query, scope("c"), plenty()).dense()).hasSize(10);
    }
    Map<String, List<Path>> byType = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        String type = name.contains(".") ? name.substring(name.lastIndexOf('.') + 1) : "segments";
        if (!type.equals("lock")) {
          byType.computeIfAbsent(type, t -> new ArrayList<>()).add(file);
        }
      }
    }
    assertThat(byType.keySet())
        .contains("segments", "si", "cfs", "cfe", "liv", "fnm", "fdt", "fdx", "fdm")
        .contains("tim", "tip", "tmd", "doc", "dvd", "dvm", "nvd", "nvm", "kdd", "kdi", "kdm")
        .contains("vec", "vemf", "vem", "vex");
    return byType;
  }

  /** Lucene packs the files of a small segment into one; here each stands alone. */
  private void writeWithoutCompoundFiles(Random random) throws IOException {
    try (var directory = new SyncWatch(FSDirectory.open(folder));
        var lucene = LuceneChunkWriter.openWriter(directory, OpenMode.CREATE)) {
      lucene.getConfig().setUseCompoundFile(false);
      for (int i = 0; i < 300; i++) {
        List<String> texts = List.of("kea number " + i, "weka " + i * 7);
        List<Embedding> vectors = List.of(random(random, DIMENSION), random(random, DIMENSION));
        lucene.addDocuments(ChunkFields.documents(block("d" + i, i, "c", texts, vectors)));
      }
      lucene.setLiveCommitData(CommitData.of(MANIFEST, 300).entrySet());
      lucene.commit();
    }
  }
}
