package io.retort.indexer;

import static io.retort.indexer.Workbench.SCOPE;
import static io.retort.indexer.Workbench.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.DocumentBlock;
import io.retort.data.DocumentVersion;
import io.retort.data.EncodedChunk;
import io.retort.data.TextSpan;
import io.retort.data.store.DocumentRow;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.JobRow;
import io.retort.data.store.JobState;
import io.retort.data.store.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start finds, and makes of it: the table of recovery, row by row. */
class RecoveryIT {
  @TempDir Path folder;
  private Workbench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Workbench(folder);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private String ingest(String path, String text) throws InterruptedException {
    assertThat(bench.ingest(text(path, text)).state()).isEqualTo(JobState.SUCCEEDED);
    return bench.document(path).id();
  }

  @Test
  void anOrderlyRestartFindsNothingToDo() throws Exception {
    String id = ingest("a.txt", "one\ntwo\n");
    long seq = bench.index.block(id).seq();
    int commits = bench.index.commits();

    bench.restart();

    assertThat(bench.service().driftAtStart()).isZero();
    assertThat(bench.service().health().openOperations()).isZero();
    assertThat(bench.index.block(id).seq()).isEqualTo(seq);
    assertThat(bench.index.commits()).isEqualTo(commits);
  }

  @Test
  void whatWasNotDoneIsDoneUnasked() throws Exception {
    Accepted accepted = bench.accept(text("a.txt", "!wait\none\n"), text("b.txt", "two\n"));

    bench.stop();
    bench.extraction = new ScriptedExtraction();
    bench.extraction.open();
    bench.start();

    JobRow job = bench.await(accepted.job().id());
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.completed()).isEqualTo(2);
  }

  @Test
  void whatTheIndexHoldsIsRolledForward() throws Exception {
    bench.stop();
    bench.options =
        IngestOptions.DEFAULT.watchedBy(
            milestone -> {
              if (milestone == Milestone.INDEX_COMMITTED) {
                throw new IllegalStateException("the process ends here");
              }
            });
    bench.start();
    Accepted accepted = bench.accept(text("a.txt", "one\n"));
    awaitHalt();
    assertThat(bench.document("a.txt").status()).isEqualTo(DocumentStatus.ACCEPTED);

    bench.options = IngestOptions.DEFAULT;
    bench.restart();

    assertThat(bench.document("a.txt").status()).isEqualTo(DocumentStatus.SEARCHABLE);
    assertThat(bench.await(accepted.job().id()).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(bench.encoder.passages()).isEqualTo(1);
    assertThat(bench.index.commits()).isEqualTo(1);
  }

  private void awaitHalt() throws InterruptedException {
    for (int look = 0; look < 10_000; look++) {
      if (bench.service().health().state() == IngestHealth.State.HALTED) {
        return;
      }
      Thread.sleep(5);
    }
    throw new AssertionError("not halted: " + bench.service().health());
  }

  @Test
  @Tag("CR-6")
  void aLostIndexIsWrittenAgainWithoutEncoding() throws Exception {
    String first = ingest("a.txt", "one\ntwo\n");
    String second = ingest("b.txt", "three\n");
    DocumentBlock before = bench.index.block(first);
    bench.stop();
    bench.index.loseAll();
    bench.start();

    assertThat(bench.service().driftAtStart()).isEqualTo(2);
    bench.awaitQuiet();

    assertThat(bench.encoder.passages()).isEqualTo(3);
    assertThat(bench.index.texts(second)).containsExactly("three\n");
    assertThat(bench.index.block(first).chunks()).isEqualTo(before.chunks());
    assertThat(bench.service().health().state()).isEqualTo(IngestHealth.State.RUNNING);
    bench.restart();
    assertThat(bench.service().driftAtStart()).isZero();
  }

  @Test
  void aDocumentThatTheIndexHasLostComesBack() throws Exception {
    String lost = ingest("a.txt", "one\n");
    ingest("b.txt", "two\n");
    bench.stop();
    bench.index.lose(lost);
    bench.start();

    assertThat(bench.service().driftAtStart()).isEqualTo(1);
    bench.awaitQuiet();

    assertThat(bench.index.texts(lost)).containsExactly("one\n");
  }

  @Test
  @Tag("CR-5")
  void whatTheLedgerDoesNotKnowIsRemovedAndItsNumbersAreNotUsedAgain() throws Exception {
    String known = ingest("a.txt", "one\n");
    bench.stop();
    DocumentBlock foreign = block("doc_00000000000000000000000000", 1, 5_000);
    bench.index.plant(foreign);
    bench.start();

    assertThat(bench.service().driftAtStart()).isEqualTo(1);
    assertThat(bench.index.block(foreign.documentId())).isNull();
    assertThat(
            bench
                .store()
                .documents()
                .valid(Set.of(new DocumentVersion(foreign.documentId(), 1)), SCOPE))
        .isEmpty();
    assertThat(bench.index.texts(known)).containsExactly("one\n");
    String later = ingest("b.txt", "two\n");
    assertThat(bench.index.block(later).seq()).isGreaterThan(5_000);
  }

  @Test
  @Tag("CR-5")
  void aLedgerOfYesterdayUnderTodaysIndexHeals() throws Exception {
    String kept = ingest("a.txt", "one\n");
    bench.stop();
    Path yesterday = folder.resolveSibling(folder.getFileName() + "-yesterday");
    Files.createDirectories(yesterday);
    for (String name : List.of("ledger.mv.db", "password")) {
      Files.copy(folder.resolve("db").resolve(name), yesterday.resolve(name));
    }
    bench.start();
    String forgotten = ingest("b.txt", "two\n");
    bench.stop();
    for (String name : List.of("ledger.mv.db", "password")) {
      Files.move(
          yesterday.resolve(name),
          folder.resolve("db").resolve(name),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    Files.delete(yesterday);
    bench.start();
    bench.awaitQuiet();

    assertThat(bench.service().driftAtStart()).isEqualTo(1);
    assertThat(bench.index.texts(forgotten)).isEmpty();
    assertThat(bench.index.texts(kept)).containsExactly("one\n");
    bench.restart();
    assertThat(bench.service().driftAtStart()).isZero();
  }

  private static DocumentBlock block(String id, int version, long seq) {
    Chunk chunk =
        new Chunk(
            new ChunkId(id, 0), version, "handbook", "title", "", new TextSpan(0, 3), null, "abc");
    return new DocumentBlock(
        id,
        version,
        seq,
        "handbook",
        "x.txt",
        "text/plain",
        List.of(),
        Map.of(),
        Instant.EPOCH,
        List.of(new EncodedChunk(chunk, new HashEncoder("hash").encodeQuery("abc"))));
  }

  @Test
  @Tag("CR-9")
  void aMissingOriginalIsFailedByNameAndTheRestGoesOn() throws Exception {
    Accepted accepted =
        bench.accept(
            Stream.concat(
                    IntStream.range(0, 4).mapToObj(n -> text("w" + n, "!wait\n" + n)),
                    Stream.of(text("lost.txt", "lost\n"), text("kept.txt", "kept\n")))
                .toArray(Upload[]::new));
    DocumentRow lost = bench.document("lost.txt");
    bench.stop();
    Files.delete(original(lost));
    bench.extraction = new ScriptedExtraction();
    bench.extraction.open();
    bench.start();

    JobRow job = bench.await(accepted.job().id());

    assertThat(job.state()).isEqualTo(JobState.PARTIALLY_SUCCEEDED);
    assertThat(bench.document("lost.txt").reason().code()).isEqualTo("original_missing");
    assertThat(bench.document("kept.txt").searchable()).isTrue();
    // an upload of the same content brings it back
    assertThat(bench.ingest(text("lost.txt", "lost\n")).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(bench.document("lost.txt").id()).isEqualTo(lost.id());
  }

  @Test
  @Tag("CR-9")
  void anEditedOriginalIsNotParsed() throws Exception {
    Accepted accepted =
        bench.accept(
            IntStream.range(0, 5)
                .mapToObj(n -> text("w" + n, "!wait\n" + n))
                .toArray(Upload[]::new));
    bench.stop();
    Files.writeString(original(stoppedDocument("w4")), "somebody else's words");
    bench.extraction = new ScriptedExtraction();
    bench.extraction.open();
    bench.start();

    bench.await(accepted.job().id());

    assertThat(bench.document("w4").reason().code()).isEqualTo("original_missing");
  }

  /** By path, with the service stopped. */
  private DocumentRow stoppedDocument(String path) throws IOException {
    bench.start();
    DocumentRow document = bench.document(path);
    bench.stop();
    return document;
  }

  private Path original(DocumentRow document) {
    return folder
        .resolve("originals")
        .resolve(document.sha256().substring(0, 2))
        .resolve(document.sha256());
  }

  @Test
  void aLostTextIsReadAgainFromItsOriginal() throws Exception {
    String id = ingest("a.txt", "one\n");
    bench.stop();
    remove("texts");
    bench.index.loseAll();
    bench.start();
    bench.awaitQuiet();

    assertThat(bench.index.texts(id)).containsExactly("one\n");
    assertThat(bench.store().documents().passage(id, 0, 3, null, SCOPE).text()).isEqualTo("one");
  }

  @Test
  void aDocumentWithoutTextAndOriginalIsNoLongerServed() throws Exception {
    String id = ingest("a.txt", "one\n");
    bench.stop();
    remove("texts");
    remove("originals");
    bench.index.loseAll();
    bench.start();
    bench.awaitQuiet();

    assertThat(bench.document("a.txt"))
        .extracting(DocumentRow::status, DocumentRow::searchable)
        .containsExactly(DocumentStatus.FAILED, false);
    assertThat(bench.index.texts(id)).isEmpty();
    assertThat(bench.store().documents().valid(Set.of(new DocumentVersion(id, 1)), SCOPE))
        .isEmpty();
  }

  @Test
  void lostEmbeddingsAreMadeAgain() throws Exception {
    String id = ingest("a.txt", "one\n");
    bench.stop();
    remove("embeddings");
    bench.index.loseAll();
    bench.start();
    bench.awaitQuiet();

    assertThat(bench.index.texts(id)).containsExactly("one\n");
    assertThat(bench.encoder.passages()).isEqualTo(2);
  }

  private void remove(String area) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve(area))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  @Tag("CR-7")
  void aFullDiskUnderTheIndexLosesNothingAndEncodesNothingAgain() throws Exception {
    ingest("before.txt", "before\n");
    bench.index.failNext(2);

    JobRow job =
        bench.ingest(
            IntStream.range(0, 20)
                .mapToObj(n -> text("f" + n, "text " + n))
                .toArray(Upload[]::new));

    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(bench.index.chunks()).isEqualTo(21);
    assertThat(bench.encoder.passages()).isEqualTo(21);
    assertThat(bench.service().health().state()).isEqualTo(IngestHealth.State.RUNNING);
  }

  @Test
  @Tag("CR-7")
  void aFailedSyncHaltsUntilARestart() throws Exception {
    bench.index.failSyncs();
    Accepted accepted = bench.accept(text("a.txt", "one\n"));
    awaitHalt();

    assertThat(bench.document("a.txt").status()).isEqualTo(DocumentStatus.ACCEPTED);
    assertThat(bench.service().health().detail()).contains("sync");
    assertThatThrownBy(() -> bench.accept(text("b.txt", "two\n")))
        .hasFieldOrPropertyWithValue("refusal", Refusal.STORE_UNAVAILABLE);

    RememberedIndex healthy = new RememberedIndex();
    bench.stop();
    Workbench again = new Workbench(folder, healthy);
    bench = again;
    assertThat(bench.await(accepted.job().id()).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void anotherEncoderEncodesEverythingAnew() throws Exception {
    String id = ingest("a.txt", "one\n");
    bench.stop();
    bench.index.loseAll(); // whoever opens an index of other models begins an empty one
    try (var store = io.retort.data.store.LedgerStore.open(folder)) {
      HashEncoder other = new HashEncoder("another");
      var parts = new IngestParts(bench.index, bench.extraction, new LineCutter(), other);
      try (var service = IngestService.start(store, parts, IngestOptions.DEFAULT)) {
        while (service.health().openOperations() > 0) {
          Thread.sleep(5);
        }
      }
      assertThat(other.passages()).isEqualTo(1);
    }
    bench.start();
    assertThat(bench.index.texts(id)).containsExactly("one\n");
  }

  @Test
  void withoutModelsFilesAreKeptAndWait() throws Exception {
    bench.stop();
    String job;
    try (var store = io.retort.data.store.LedgerStore.open(folder);
        var service = IngestService.startWithoutWorkers(store, IngestOptions.DEFAULT)) {
      job = service.accept("handbook", List.of(text("a.txt", "one\n")), null, SCOPE).job().id();
      assertThat(service.health().state()).isEqualTo(IngestHealth.State.PAUSED);
      assertThat(service.health().openOperations()).isEqualTo(1);
    }

    bench.start();

    assertThat(bench.await(job).state()).isEqualTo(JobState.SUCCEEDED);
  }
}
