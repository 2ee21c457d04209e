package io.retort.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.data.AccessScope;
import io.retort.data.store.DocumentRow;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.ItemRow;
import io.retort.data.store.JobRow;
import io.retort.data.store.LedgerStore;
import io.retort.data.store.Slice;
import io.retort.data.store.SliceRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A store with a service over scripted parts, which can be stopped and started again. */
final class Workbench implements AutoCloseable {
  static final AccessScope SCOPE = new AccessScope("tester", Set.of("handbook", "other"));
  static final SliceRequest ALL = SliceRequest.first(1000);
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  final RememberedIndex index;
  final HashEncoder encoder = new HashEncoder("hash");
  ScriptedExtraction extraction = new ScriptedExtraction();
  IngestOptions options = IngestOptions.DEFAULT;
  private final Path folder;
  private LedgerStore store;
  private IngestService service;

  Workbench(Path folder) throws IOException {
    this(folder, new RememberedIndex());
  }

  Workbench(Path folder, RememberedIndex index) throws IOException {
    this.folder = folder;
    this.index = index;
    start();
    if (store.documents().collection("handbook", SCOPE).isEmpty()) {
      service.createCollection(NewCollection.named("handbook"));
      service.createCollection(NewCollection.named("other"));
    }
  }

  void start() throws IOException {
    store = LedgerStore.open(folder);
    service =
        IngestService.start(
            store, new IngestParts(index, extraction, new LineCutter(), encoder), options);
  }

  void restart() throws IOException {
    stop();
    index.crash();
    start();
  }

  void stop() {
    service.close();
    store.close();
  }

  LedgerStore store() {
    return store;
  }

  IngestService service() {
    return service;
  }

  static Upload text(String path, String text) {
    return Upload.of(path, () -> new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  static Upload described(String path, String text, String title, Map<String, Object> metadata) {
    return new Upload(
        path,
        title,
        "text/plain",
        List.of("tag"),
        metadata,
        () -> new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  Accepted accept(Upload... uploads) {
    return service.accept("handbook", List.of(uploads), null, SCOPE);
  }

  /** Uploads and waits for the end. */
  JobRow ingest(Upload... uploads) throws InterruptedException {
    return await(accept(uploads).job().id());
  }

  JobRow await(String job) throws InterruptedException {
    List<JobEvent> events = watch(job, 0);
    return ((JobEvent.Done) events.getLast()).job();
  }

  /** All events until the job has ended. */
  List<JobEvent> watch(String job, long after) throws InterruptedException {
    List<JobEvent> events = new ArrayList<>();
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (JobWatch watch = service.watch(job, after, SCOPE)) {
      while (!watch.finished()) {
        events.addAll(watch.next(Duration.ofMillis(250)));
        if (System.nanoTime() > end) {
          throw new AssertionError("the job has not ended: " + service.job(job, SCOPE));
        }
      }
    }
    return events;
  }

  /** Waits until nothing is open any more. */
  void awaitQuiet() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (service.health().openOperations() > 0) {
      if (System.nanoTime() > end) {
        throw new AssertionError("operations stay open: " + service.health());
      }
      Thread.sleep(5);
    }
  }

  List<ItemRow> items(String job) {
    return service.items(job, null, ALL, SCOPE).items();
  }

  DocumentRow document(String path) {
    Slice<DocumentRow> found =
        store.documents().documents("handbook", (DocumentStatus) null, path, ALL, SCOPE);
    return found.items().stream()
        .filter(document -> document.path().equals(path))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no document " + path));
  }

  @Override
  public void close() {
    stop();
  }
}
