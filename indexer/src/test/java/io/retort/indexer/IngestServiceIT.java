package io.retort.indexer;

import static io.retort.indexer.Workbench.ALL;
import static io.retort.indexer.Workbench.SCOPE;
import static io.retort.indexer.Workbench.described;
import static io.retort.indexer.Workbench.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.retort.data.AccessScope;
import io.retort.data.DocumentVersion;
import io.retort.data.PageRect;
import io.retort.data.store.CollectionSummary;
import io.retort.data.store.DocumentRow;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.FieldDeclaration;
import io.retort.data.store.ItemOutcome;
import io.retort.data.store.ItemPhase;
import io.retort.data.store.ItemRow;
import io.retort.data.store.JobRow;
import io.retort.data.store.JobState;
import io.retort.data.store.Passage;
import io.retort.data.store.Refusal;
import io.retort.data.store.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestServiceIT {
  private static final String LEAVE =
      """
      Leave policy 🌴

      Employees may carry over up to five unused leave days into the next year. Carried days expire on 31 March.
      """;

  private static final Duration NEVER = Duration.ofDays(1);

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

  @Test
  void anUploadIsAcceptedThenSearchable() throws Exception {
    Accepted accepted = bench.accept(text("leave.txt", LEAVE));

    assertThat(accepted.items())
        .extracting(ItemRow::path, ItemRow::status)
        .containsExactly(tuple("leave.txt", DocumentStatus.ACCEPTED));
    JobRow job = bench.await(accepted.job().id());
    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.progress()).isEqualTo(1.0);
    assertThat(job.chunksWritten()).isEqualTo(3);
    DocumentRow document = bench.document("leave.txt");
    assertThat(document.status()).isEqualTo(DocumentStatus.SEARCHABLE);
    assertThat(document.version()).isEqualTo(1);
    assertThat(document.pendingVersion()).isNull();
    assertThat(document.title()).isEqualTo("leave");
    assertThat(document.mediaType()).isEqualTo("text/plain");
    assertThat(document.characters()).isEqualTo(LEAVE.codePointCount(0, LEAVE.length()));
    assertThat(String.join("", bench.index.texts(document.id()))).isEqualTo(LEAVE);
    assertThat(bench.items(job.id()).getFirst().outcome()).isEqualTo(ItemOutcome.ADDED);
    assertThat(bench.items(job.id()).getFirst().phase()).isEqualTo(ItemPhase.DONE);
  }

  @Test
  void passagesCountCodePoints() throws Exception {
    bench.ingest(text("leave.txt", LEAVE));
    String id = bench.document("leave.txt").id();
    int start = LEAVE.codePointCount(0, LEAVE.indexOf("up to five"));

    Passage passage = bench.store().documents().passage(id, start, start + 28, 1, SCOPE);

    assertThat(start).isEqualTo(41); // UTF-16 would say 42
    assertThat(passage.text()).isEqualTo("up to five unused leave days");
    assertThat(passage.characters()).isEqualTo(123);
    assertThatThrownBy(() -> bench.store().documents().passage(id, 0, null, 2, SCOPE))
        .hasFieldOrPropertyWithValue("refusal", Refusal.VERSION_GONE);
    assertThatThrownBy(() -> bench.store().documents().passage(id, 0, 124, null, SCOPE))
        .hasFieldOrPropertyWithValue("refusal", Refusal.RANGE_OUT_OF_BOUNDS);
    assertThat(bench.store().documents().chunks(id, ALL, SCOPE).items())
        .extracting(chunk -> chunk.text())
        .containsExactlyElementsOf(bench.index.texts(id));
  }

  @Test
  void theSameUploadAgainChangesNothing() throws Exception {
    bench.ingest(text("a.txt", "one\ntwo\n"));
    int encoded = bench.encoder.passages();
    int commits = bench.index.commits();

    JobRow again = bench.ingest(text("a.txt", "one\ntwo\n"));

    assertThat(again.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(again.unchanged()).isEqualTo(1);
    assertThat(again.completed()).isZero();
    assertThat(again.chunksWritten()).isZero();
    assertThat(bench.items(again.id()).getFirst().outcome()).isEqualTo(ItemOutcome.UNCHANGED);
    assertThat(bench.encoder.passages()).isEqualTo(encoded);
    assertThat(bench.index.commits()).isEqualTo(commits);
  }

  @Test
  void otherMetadataIsWrittenWithoutEncoding() throws Exception {
    bench
        .service()
        .patchCollection(
            "handbook",
            new CollectionPatch(
                null, null, List.of(new FieldDeclaration("year", FieldDeclaration.Type.INTEGER))),
            SCOPE);
    bench.ingest(described("a.txt", "one\n", "First", Map.of("year", 2025L)));
    String id = bench.document("a.txt").id();
    int encoded = bench.encoder.passages();
    int parsed = bench.extraction.calls();

    JobRow job = bench.ingest(described("a.txt", "one\n", "Second", Map.of("year", 2026L)));

    assertThat(bench.items(job.id()).getFirst().outcome()).isEqualTo(ItemOutcome.UPDATED);
    assertThat(job.completed()).isEqualTo(1);
    assertThat(bench.encoder.passages()).isEqualTo(encoded);
    assertThat(bench.extraction.calls()).isEqualTo(parsed);
    assertThat(bench.document("a.txt").version()).isEqualTo(1);
    assertThat(bench.document("a.txt").title()).isEqualTo("Second");
    assertThat(bench.index.block(id).metadata()).containsEntry("year", 2026L);
    assertThat(bench.index.block(id).chunks().getFirst().chunk().title()).isEqualTo("Second");
  }

  @Test
  void aFieldDeclaredLaterReachesTheIndex() throws Exception {
    bench.ingest(described("a.txt", "one\n", "First", Map.of("on", "2026-03-31")));
    String id = bench.document("a.txt").id();
    assertThat(bench.index.block(id).metadata()).isEmpty();

    bench
        .service()
        .patchCollection(
            "handbook",
            new CollectionPatch(
                "Staff handbook",
                null,
                List.of(new FieldDeclaration("on", FieldDeclaration.Type.DATE))),
            SCOPE);
    bench.awaitQuiet();

    assertThat(bench.index.block(id).metadata())
        .containsEntry("on", Instant.parse("2026-03-31T00:00:00Z"));
    assertThat(bench.store().documents().collection("handbook", SCOPE).orElseThrow())
        .extracting(summary -> summary.collection().title(), CollectionSummary::state)
        .containsExactly("Staff handbook", CollectionSummary.State.READY);
  }

  @Test
  void otherContentTakesTheOldOnesPlace() throws Exception {
    bench.ingest(text("a.txt", "one\ntwo\n"));
    String id = bench.document("a.txt").id();

    JobRow job = bench.ingest(text("a.txt", "three\n"));

    assertThat(bench.items(job.id()).getFirst().outcome()).isEqualTo(ItemOutcome.REPLACED);
    assertThat(bench.document("a.txt"))
        .extracting(DocumentRow::id, DocumentRow::version, DocumentRow::chunks)
        .containsExactly(id, 2, 1);
    assertThat(bench.index.texts(id)).containsExactly("three\n");
    assertFiles("originals", 1);
    assertFiles("texts", 1);
    assertFiles("embeddings", 1);
  }

  @Test
  void aReplacementThatFailsLeavesTheOldVersion() throws Exception {
    bench.ingest(text("a.txt", "one\ntwo\n"));

    JobRow job = bench.ingest(text("a.txt", "!encrypted"));

    assertThat(job.state()).isEqualTo(JobState.FAILED);
    DocumentRow document = bench.document("a.txt");
    assertThat(document.status()).isEqualTo(DocumentStatus.SEARCHABLE);
    assertThat(document.version()).isEqualTo(1);
    assertThat(document.pendingVersion()).isNull();
    assertThat(document.warnings()).containsExactly("replacement_failed");
    assertThat(bench.index.texts(document.id())).containsExactly("one\n", "two\n");
    assertThat(bench.service().retryDocument(document.id(), SCOPE).total()).isEqualTo(1);
  }

  @Test
  void placesAreKeptAndGoWithTheLastTextThatHasThem() throws Exception {
    bench.ingest(text("a.pdf", "!placed\nfew words\n"), text("b.pdf", "!placed\nfew words\n"));
    bench.ingest(text("c.txt", "few words\n"));
    bench.restart();

    for (String path : List.of("a.pdf", "b.pdf")) {
      assertThat(rects(bench.document(path), 8, 17)).containsExactly(new PageRect(1, 8, 0, 9, 10));
    }
    assertThat(rects(bench.document("c.txt"), 0, 9)).isEmpty();
    assertFiles("places", 1);

    bench.service().deleteDocument(bench.document("a.pdf").id(), SCOPE);
    bench.awaitQuiet();
    assertThat(rects(bench.document("b.pdf"), 12, 17)).hasSize(1);
    bench.service().deleteDocument(bench.document("b.pdf").id(), SCOPE);
    bench.awaitQuiet();
    assertFiles("places", 0);
  }

  @Test
  void lostPlacesCostTheMarksOnly() throws Exception {
    bench.ingest(text("a.pdf", "!placed\nfew words\n"));
    Files.writeString(files("places").getFirst(), "something else");

    assertThat(rects(bench.document("a.pdf"), 8, 17)).isEmpty();
  }

  private List<PageRect> rects(DocumentRow document, int start, int end) {
    var documents = bench.store().documents();
    return documents.rects(documents.passage(document.id(), start, end, null, SCOPE), SCOPE);
  }

  @Test
  void equalContentIsEncodedOnceInItsCollection() throws Exception {
    JobRow job = bench.ingest(text("a.txt", "one\ntwo\n"), text("b.txt", "one\ntwo\n"));

    assertThat(bench.items(job.id()))
        .extracting(ItemRow::outcome)
        .containsExactly(ItemOutcome.ADDED, ItemOutcome.DUPLICATE);
    assertThat(bench.encoder.passages()).isEqualTo(2);
    assertThat(bench.extraction.calls()).isEqualTo(1);
    assertThat(bench.index.texts(bench.document("b.txt").id())).containsExactly("one\n", "two\n");

    // elsewhere it is work like any other: nobody learns that it is here
    Accepted other =
        bench.service().accept("other", List.of(text("c.txt", "one\ntwo\n")), null, SCOPE);
    bench.await(other.job().id());
    assertThat(bench.items(other.job().id()).getFirst().outcome()).isEqualTo(ItemOutcome.ADDED);
    assertThat(bench.encoder.passages()).isEqualTo(4);
    assertFiles("originals", 1);

    bench.service().deleteDocument(bench.document("a.txt").id(), SCOPE);
    bench.awaitQuiet();
    assertFiles("originals", 1);
    assertThat(bench.index.texts(bench.document("b.txt").id())).hasSize(2);
  }

  @Test
  void everyFileEndsInItsOwnStatus() throws Exception {
    JobRow job =
        bench.ingest(
            text("good.txt", "good\n"),
            text("closed.pdf", "!encrypted"),
            text("odd.bin", "!unsupported"),
            text("bomb.zip", "!limit"),
            text("poison.doc", "!poison"),
            text("half.pdf", "!partial\nthe rest\n"),
            text("blank.txt", " \n \n"),
            text("empty.txt", ""),
            text("bug.txt", "!bug"),
            text("../..", "nowhere\n"),
            text("good.txt", "twice\n"));

    assertThat(bench.items(job.id()))
        .extracting(ItemRow::path, ItemRow::status, item -> code(item))
        .containsExactly(
            tuple("good.txt", DocumentStatus.SEARCHABLE, null),
            tuple("closed.pdf", DocumentStatus.ENCRYPTED, "encrypted"),
            tuple("odd.bin", DocumentStatus.UNSUPPORTED, "unsupported"),
            tuple("bomb.zip", DocumentStatus.LIMIT, "parser_time"),
            tuple("poison.doc", DocumentStatus.FAILED, "poison"),
            tuple("half.pdf", DocumentStatus.PARTIAL, "pages_failed"),
            tuple("blank.txt", DocumentStatus.NO_TEXT, "empty"),
            tuple("empty.txt", DocumentStatus.NO_TEXT, "empty"),
            tuple("bug.txt", DocumentStatus.FAILED, "internal_error"),
            tuple("../..", DocumentStatus.FAILED, "invalid_path"),
            tuple("good.txt", DocumentStatus.FAILED, "duplicate_path"));
    assertThat(job)
        .extracting(JobRow::state, JobRow::completed, JobRow::failed, JobRow::unchanged)
        .containsExactly(JobState.PARTIALLY_SUCCEEDED, 2, 9, 0);
    assertThat(bench.document("good.txt").status()).isEqualTo(DocumentStatus.SEARCHABLE);
    assertThat(bench.store().documents().collection("handbook", SCOPE).orElseThrow().byStatus())
        .containsEntry(DocumentStatus.NO_TEXT, 2L)
        .containsEntry(DocumentStatus.FAILED, 2L);
  }

  private static String code(ItemRow item) {
    return item.reason() == null ? null : item.reason().code();
  }

  @Test
  void aFileThatIsTooLargeIsALimitAndTheOthersGoOn() throws Exception {
    bench.stop();
    bench.options =
        new IngestOptions(
            2, 2, 10, 25, 256, Duration.ofSeconds(2), NEVER, 0.99, 0.99, Milestones.NOT_WATCHED);
    bench.start();

    JobRow job = bench.ingest(text("large.txt", "01234567890"), text("small.txt", "0123456789"));

    assertThat(bench.items(job.id()))
        .extracting(ItemRow::status, item -> code(item))
        .containsExactly(
            tuple(DocumentStatus.LIMIT, "file_size"), tuple(DocumentStatus.SEARCHABLE, null));
    assertThatThrownBy(
            () ->
                bench.accept(
                    text("1", "0123456789"), text("2", "0123456789"), text("3", "0123456789")))
        .hasFieldOrPropertyWithValue("refusal", Refusal.BODY_TOO_LARGE);
    assertThat(files("tmp")).isEmpty();
  }

  @Test
  void deletionHidesAtOnceAndRemovesEverythingSoon() throws Exception {
    bench.ingest(text("a/1.txt", "one\n"), text("a/2.txt", "two\n"), text("b.txt", "three\n"));
    DocumentRow first = bench.document("a/1.txt");
    DocumentVersion version = new DocumentVersion(first.id(), 1);
    assertThat(bench.store().documents().valid(Set.of(version), SCOPE)).containsExactly(version);

    List<String> deleted = bench.service().deleteDocuments("handbook", "a/", SCOPE);

    assertThat(deleted).hasSize(2).contains(first.id());
    assertThat(bench.store().documents().valid(Set.of(version), SCOPE)).isEmpty();
    assertThat(bench.store().documents().document(first.id(), SCOPE)).isEmpty();
    assertThatThrownBy(() -> bench.store().documents().passage(first.id(), 0, 1, null, SCOPE))
        .hasFieldOrPropertyWithValue("refusal", Refusal.DOCUMENT_NOT_FOUND);
    bench.awaitQuiet();
    assertThat(bench.index.chunks()).isEqualTo(1);
    assertFiles("originals", 1);
    assertFiles("texts", 1);
    assertFiles("embeddings", 1);
    assertThat(bench.service().deleteDocument(first.id(), SCOPE)).isFalse();
  }

  @Test
  void deletedChunksLeaveTheDiskByThemselves() throws Exception {
    bench.ingest(text("a.txt", "one\n"));
    assertThat(bench.index.purges()).isZero();
    int commits = bench.index.commits();
    bench.stop();
    bench.options =
        new IngestOptions(
            2,
            2,
            1 << 20,
            1 << 20,
            256,
            Duration.ofSeconds(2),
            Duration.ZERO,
            0.99,
            0.99,
            Milestones.NOT_WATCHED);
    bench.start();

    for (int look = 0; look < 2_000 && bench.index.commits() == commits; look++) {
      Thread.sleep(5);
    }

    assertThat(bench.index.purges()).isEqualTo(1);
    assertThat(bench.index.commits()).isEqualTo(commits + 1);
  }

  @Test
  void aDeletedPathIsFreeForANewDocument() throws Exception {
    bench.ingest(text("a.txt", "one\n"));
    String before = bench.document("a.txt").id();
    bench.service().deleteDocument(before, SCOPE);

    JobRow job = bench.ingest(text("a.txt", "one\n"));

    assertThat(bench.items(job.id()).getFirst().outcome()).isEqualTo(ItemOutcome.ADDED);
    assertThat(bench.document("a.txt").id()).isNotEqualTo(before);
  }

  @Test
  void aDeletedCollectionIsGoneWithItsDocuments() throws Exception {
    bench.ingest(text("a.txt", "one\n"), text("b.txt", "two\n"));
    DocumentRow document = bench.document("a.txt");

    assertThat(bench.service().deleteCollection("handbook", SCOPE)).hasSize(2);

    assertThat(bench.store().documents().collection("handbook", SCOPE)).isEmpty();
    assertThat(bench.store().documents().document(document.id(), SCOPE)).isEmpty();
    assertThatThrownBy(() -> bench.accept(text("c.txt", "three\n")))
        .hasFieldOrPropertyWithValue("refusal", Refusal.COLLECTION_NOT_FOUND);
    bench.awaitQuiet();
    assertThat(bench.index.chunks()).isZero();
    bench.service().createCollection(NewCollection.named("handbook"));
    assertThat(bench.store().documents().collection("handbook", SCOPE).orElseThrow().documents())
        .isZero();
  }

  @Test
  void whatIsForeignIsAbsent() throws Exception {
    JobRow job = bench.ingest(text("a.txt", "one\n"));
    String id = bench.document("a.txt").id();
    AccessScope stranger = new AccessScope("stranger", Set.of("other"));
    AccessScope nobody = new AccessScope("nobody", Set.of());

    for (AccessScope scope : List.of(stranger, nobody)) {
      assertThat(bench.store().documents().document(id, scope)).isEmpty();
      assertThat(bench.store().documents().original(id, scope)).isEmpty();
      assertThat(bench.store().documents().collection("handbook", scope)).isEmpty();
      assertThat(bench.store().documents().valid(Set.of(new DocumentVersion(id, 1)), scope))
          .isEmpty();
      assertThat(bench.service().job(job.id(), scope)).isEmpty();
      assertThat(bench.service().jobs(null, null, null, ALL, scope).items()).isEmpty();
      assertThat(bench.service().deleteDocument(id, scope)).isFalse();
      assertRefused(Refusal.DOCUMENT_NOT_FOUND, () -> bench.service().retryDocument(id, scope));
      assertRefused(Refusal.JOB_NOT_FOUND, () -> bench.service().cancelJob(job.id(), scope));
      assertRefused(Refusal.JOB_NOT_FOUND, () -> bench.service().items(job.id(), null, ALL, scope));
      assertRefused(
          Refusal.COLLECTION_NOT_FOUND,
          () -> bench.service().accept("handbook", List.of(text("b", "b")), null, scope));
    }
    assertThat(bench.store().documents().original(id, SCOPE)).isPresent();
  }

  private static void assertRefused(Refusal refusal, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(RefusedException.class)
        .hasFieldOrPropertyWithValue("refusal", refusal);
  }

  @Test
  void oneIdempotencyKeyIsOneJobEvenFiftyAtOnce() throws Exception {
    Idempotency key = new Idempotency("tester", "key-1");
    List<Thread> callers = new ArrayList<>();
    List<String> jobs = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int caller = 0; caller < 50; caller++) {
      callers.add(
          Thread.ofVirtual()
              .start(
                  () ->
                      jobs.add(
                          bench
                              .service()
                              .accept("handbook", List.of(text("a.txt", "one\n")), key, SCOPE)
                              .job()
                              .id())));
    }
    for (Thread caller : callers) {
      caller.join();
    }

    assertThat(jobs).hasSize(50);
    assertThat(Set.copyOf(jobs)).hasSize(1);
    assertThat(bench.service().jobs(null, null, null, ALL, SCOPE).items()).hasSize(1);
    bench.await(jobs.getFirst());
    bench.restart();
    Accepted later =
        bench.service().accept("handbook", List.of(text("a.txt", "one\n")), key, SCOPE);
    assertThat(later.replayed()).isTrue();
    assertThat(later.job().id()).isEqualTo(jobs.getFirst());
    assertRefused(
        Refusal.IDEMPOTENCY_KEY_REUSED,
        () -> bench.service().accept("handbook", List.of(text("a.txt", "two\n")), key, SCOPE));
  }

  @Test
  void aCancelledJobKeepsWhatIsSearchableAndDropsTheRest() throws Exception {
    JobRow first = bench.ingest(text("first.txt", "one\n"));
    Upload[] uploads =
        Stream.concat(
                IntStream.range(0, 10).mapToObj(n -> text("w" + n, "!wait\n" + n + "\n")),
                Stream.of(text("late.txt", "late\n")))
            .toArray(Upload[]::new);
    Accepted accepted = bench.accept(uploads);
    awaitPhase(accepted.job().id(), ItemPhase.PARSING);

    bench.service().cancelJob(accepted.job().id(), SCOPE);
    JobRow job = bench.await(accepted.job().id());

    assertThat(job.state()).isEqualTo(JobState.CANCELLED);
    assertThat(job.completed() + job.failed()).isEqualTo(11);
    assertThat(bench.items(job.id()))
        .filteredOn(item -> item.status() == DocumentStatus.FAILED)
        .allSatisfy(item -> assertThat(code(item)).isEqualTo("cancelled"))
        .hasSizeGreaterThanOrEqualTo(10);
    assertThat(bench.document("first.txt").searchable()).isTrue();
    assertRefused(Refusal.JOB_FINAL, () -> bench.service().cancelJob(first.id(), SCOPE));

    bench.extraction.open();
    JobRow retried = bench.await(bench.service().retryJob(job.id(), SCOPE).id());
    assertThat(retried.state()).isEqualTo(JobState.SUCCEEDED);
  }

  private void awaitPhase(String job, ItemPhase phase) throws InterruptedException {
    for (int look = 0; look < 2_000; look++) {
      if (bench.items(job).stream().anyMatch(item -> item.phase() == phase)) {
        return;
      }
      Thread.sleep(5);
    }
    throw new AssertionError("no item has reached " + phase);
  }

  @Test
  void oneSlowFileHoldsNobodyUp() throws Exception {
    Accepted slow = bench.accept(text("slow.pdf", "!wait\nslow\n"));

    JobRow fast = bench.ingest(text("fast.txt", "fast\n"));

    assertThat(fast.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(bench.document("slow.pdf").status()).isEqualTo(DocumentStatus.ACCEPTED);
    bench.extraction.open();
    assertThat(bench.await(slow.job().id()).state()).isEqualTo(JobState.SUCCEEDED);
  }

  @Test
  void aLaterUploadOfThePathOvertakesOneThatWaits() throws Exception {
    // more than there are workers, so that the last stays in the queue
    Upload[] blockers =
        IntStream.range(0, 4).mapToObj(n -> text("b" + n, "!wait\n" + n)).toArray(Upload[]::new);
    bench.accept(blockers);
    Accepted first = bench.accept(text("a.txt", "first\n"));
    Accepted second = bench.accept(text("a.txt", "second\n"));
    bench.extraction.open();

    assertThat(bench.await(first.job().id()).state()).isEqualTo(JobState.FAILED);
    assertThat(code(bench.items(first.job().id()).getFirst())).isEqualTo("superseded");
    assertThat(bench.await(second.job().id()).state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(bench.document("a.txt").version()).isEqualTo(2);
    assertThat(bench.index.texts(bench.document("a.txt").id())).containsExactly("second\n");
  }

  @Test
  void anUploadThatIsDeletedUnderWayStaysDeleted() throws Exception {
    Accepted accepted = bench.accept(text("a.txt", "!wait\none\n"));
    awaitPhase(accepted.job().id(), ItemPhase.PARSING);
    String id = bench.document("a.txt").id();

    assertThat(bench.service().deleteDocument(id, SCOPE)).isTrue();
    bench.extraction.open();
    JobRow job = bench.await(accepted.job().id());
    bench.awaitQuiet();

    assertThat(code(bench.items(job.id()).getFirst())).isEqualTo("deleted");
    assertThat(bench.index.chunks()).isZero();
    assertFiles("originals", 0);
    assertFiles("texts", 0);
  }

  @Test
  void eventsTellEveryFileOnceAndEndOnce() throws Exception {
    Upload[] uploads =
        IntStream.range(0, 30)
            .mapToObj(n -> text("f" + n, "text " + n + "\n"))
            .toArray(Upload[]::new);
    String job = bench.accept(uploads).job().id();

    List<JobEvent> events = bench.watch(job, 0);

    assertThat(events.getFirst()).isInstanceOf(JobEvent.JobChanged.class);
    assertThat(events.getLast()).isInstanceOf(JobEvent.Done.class);
    assertThat(events).filteredOn(JobEvent.Done.class::isInstance).hasSize(1);
    assertThat(events)
        .filteredOn(JobEvent.ItemChanged.class::isInstance)
        .extracting(event -> ((JobEvent.ItemChanged) event).item().number())
        .doesNotHaveDuplicates()
        .hasSize(30);
    assertThat(events).extracting(JobEvent::number).isSorted();
    List<Double> progress = new ArrayList<>();
    for (JobEvent event : events) {
      if (event instanceof JobEvent.Progressed(long n, JobRow row)) {
        progress.add(row.progress());
      }
    }
    assertThat(progress).isSorted().allMatch(part -> part < 1);

    // whoever comes back gets what it has missed
    long middle = events.get(events.size() / 2).number();
    List<JobEvent> rest = bench.watch(job, middle);
    assertThat(rest)
        .filteredOn(JobEvent.ItemChanged.class::isInstance)
        .allMatch(event -> event.number() > middle)
        .hasSize(
            (int)
                events.stream()
                    .filter(JobEvent.ItemChanged.class::isInstance)
                    .filter(event -> event.number() > middle)
                    .count());
    assertThat(rest.getLast()).isInstanceOf(JobEvent.Done.class);
  }

  @Test
  void listsAreWalkedByCursorOnceThrough() throws Exception {
    Upload[] uploads =
        IntStream.range(0, 25)
            .mapToObj(n -> text("d/" + n, "text " + n + "\n"))
            .toArray(Upload[]::new);
    bench.ingest(uploads);
    bench.ingest(text("e", "else\n"));

    List<String> paths = new ArrayList<>();
    String cursor = null;
    do {
      var slice =
          bench
              .store()
              .documents()
              .documents(
                  "handbook",
                  DocumentStatus.SEARCHABLE,
                  "d/",
                  new io.retort.data.store.SliceRequest(7, cursor),
                  SCOPE);
      slice.items().forEach(document -> paths.add(document.path()));
      cursor = slice.nextCursor();
    } while (cursor != null);

    assertThat(paths).hasSize(25).doesNotHaveDuplicates().isSorted();
    assertThat(bench.service().jobs(null, JobState.SUCCEEDED, "handbook", ALL, SCOPE).items())
        .hasSize(2);
    assertRefused(
        Refusal.INVALID_CURSOR,
        () ->
            bench
                .service()
                .jobs(null, null, null, new io.retort.data.store.SliceRequest(5, "!"), SCOPE));
  }

  @Test
  void reindexingWritesEverythingAgainWithoutEncoding() throws Exception {
    bench.ingest(text("a.txt", "one\n"), text("b.txt", "two\n"));
    long before = bench.index.block(bench.document("a.txt").id()).seq();
    int encoded = bench.encoder.passages();

    JobRow job = bench.await(bench.service().reindex("handbook", SCOPE).id());

    assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(job.completed()).isEqualTo(2);
    assertThat(bench.index.block(bench.document("a.txt").id()).seq()).isGreaterThan(before);
    assertThat(bench.encoder.passages()).isEqualTo(encoded);
  }

  @Test
  void aPartialDocumentIsRetriedAsANewVersion() throws Exception {
    bench.ingest(text("half.pdf", "!partial\nthe rest\n"));
    DocumentRow document = bench.document("half.pdf");

    bench.await(bench.service().retryDocument(document.id(), SCOPE).id());

    assertThat(bench.document("half.pdf").version()).isEqualTo(2);
    assertThat(bench.extraction.calls()).isEqualTo(2);
    bench.ingest(text("good.txt", "good\n"));
    assertRefused(
        Refusal.NOTHING_TO_RETRY,
        () -> bench.service().retryDocument(bench.document("good.txt").id(), SCOPE));
  }

  @Test
  void manySmallFilesShareCommits() throws Exception {
    Upload[] uploads =
        IntStream.range(0, 300)
            .mapToObj(n -> text("f" + n, "text " + n + "\n"))
            .toArray(Upload[]::new);

    JobRow job = bench.ingest(uploads);

    assertThat(job.completed()).isEqualTo(300);
    assertThat(bench.index.commits()).isLessThan(60);
    assertThat(bench.index.chunks()).isEqualTo(300);
  }

  /** Files go a moment after the ledger has forgotten them. */
  private void assertFiles(String area, int count) throws Exception {
    for (int look = 0; look < 2_000 && files(area).size() != count; look++) {
      Thread.sleep(5);
    }
    assertThat(files(area)).hasSize(count);
  }

  private List<Path> files(String area) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve(area))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
