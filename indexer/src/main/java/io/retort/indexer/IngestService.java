package io.retort.indexer;

import io.retort.data.AccessScope;
import io.retort.data.store.CollectionRow;
import io.retort.data.store.ContentFolder;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.IngestLedger;
import io.retort.data.store.ItemPhase;
import io.retort.data.store.ItemRow;
import io.retort.data.store.JobKind;
import io.retort.data.store.JobLedger;
import io.retort.data.store.JobRow;
import io.retort.data.store.JobState;
import io.retort.data.store.LedgerStore;
import io.retort.data.store.Refusal;
import io.retort.data.store.RefusedException;
import io.retort.data.store.RequestKey;
import io.retort.data.store.Slice;
import io.retort.data.store.SliceRequest;
import java.io.IOException;
import java.io.SyncFailedException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that changes documents: takes files, keeps the promise that came with their
 * acknowledgement, deletes. Reading is {@link io.retort.data.store.ScopedDocuments}. What lies
 * outside the given scope is refused as if it did not exist. Safe for use by many threads; closing
 * it stops the workers and leaves unfinished work for the next start.
 *
 * <p>Every method may throw {@link RefusedException}.
 */
public final class IngestService implements AutoCloseable {
  private static final int MOST_FILES = 1_000;

  private final LedgerStore store;
  private final IngestLedger ledger;
  private final JobLedger jobs;
  private final IngestOptions options;
  private final Receiver receiver;
  private final DiskSpace disk;
  private final Workshop workshop = new Workshop();
  private final Condition condition = new Condition();
  private final Signal changed = new Signal();
  private final @Nullable Pipeline pipeline;
  private volatile boolean closing;

  /** The threads that work, and what has to be closed after them. */
  private record Pipeline(
      Workers workers,
      IndexThread index,
      EncodePool encoders,
      ProgressThread progress,
      int drift) {}

  private IngestService(LedgerStore store, @Nullable IngestParts parts, IngestOptions options) {
    this.store = store;
    this.ledger = store.ingest();
    this.jobs = store.jobs();
    this.options = options;
    this.receiver = new Receiver(store.contents().originals(), options);
    this.disk = new DiskSpace(store.indexFolder());
    this.pipeline = parts == null ? null : pipeline(parts);
  }

  /**
   * Compares ledger and index, makes them one, and goes on with whatever was left undone.
   *
   * @throws RuntimeException what the index throws if it cannot be read
   */
  public static IngestService start(LedgerStore store, IngestParts parts, IngestOptions options) {
    IngestService service = new IngestService(store, parts, options);
    Pipeline pipeline = service.pipeline;
    if (pipeline != null) {
      pipeline.index().start();
      pipeline.workers().start();
      pipeline.progress().start();
    }
    service.sweep();
    return service;
  }

  /**
   * Takes and deletes, but works on nothing: while models are missing, or the index is one of other
   * models.
   */
  public static IngestService startWithoutWorkers(LedgerStore store, IngestOptions options) {
    return new IngestService(store, null, options);
  }

  private Pipeline pipeline(IngestParts parts) {
    Recovery.Findings findings = new Recovery(store.work(), parts.writer()).recover();
    int workers = options.workers() + options.encoderThreads();
    var encoders = new EncodePool(parts.encoder(), options.encoderThreads(), workers);
    var index = new IndexThread(store, parts.writer(), options, workshop, condition, disk, changed);
    var documentWork = new DocumentWork(store, parts, encoders, options.milestones());
    return new Pipeline(
        new Workers(workers, store, documentWork, index, workshop, condition, changed),
        index,
        encoders,
        new ProgressThread(jobs, workshop, changed),
        findings.drift());
  }

  /** Removes what uploads left that were never acknowledged; beside the work, it is not urgent. */
  private void sweep() {
    Thread.ofVirtual()
        .name("retort-sweep")
        .start(
            () -> {
              try {
                store.contents().sweep();
              } catch (IOException | RuntimeException e) {
                System.getLogger(IngestService.class.getName())
                    .log(
                        System.Logger.Level.WARNING, "orphaned files stay until the next start", e);
              }
            });
  }

  public CollectionRow createCollection(NewCollection collection) {
    refuseWhenStopped();
    CollectionRow row =
        ledger.createCollection(
            collection.id(), collection.title(), collection.description(), collection.fields());
    changed.raise();
    return row;
  }

  public CollectionRow patchCollection(String id, CollectionPatch patch, AccessScope scope) {
    refuseWhenStopped();
    CollectionRow row =
        ledger.patchCollection(id, patch.title(), patch.description(), patch.addedFields(), scope);
    changed.raise();
    return row;
  }

  /** Deletes a collection with all its documents; returns their ids. */
  public List<String> deleteCollection(String id, AccessScope scope) {
    refuseWhenStopped();
    List<String> deleted = ledger.deleteCollection(id, scope);
    changed.raise();
    return deleted;
  }

  /**
   * Takes files: returns once originals and ledger rows are flushed to disk. A file that cannot be
   * taken is an item with a final status; the others go on.
   *
   * @throws UncheckedIOException if the files could not be read
   */
  public Accepted accept(
      String collection,
      List<Upload> uploads,
      @Nullable Idempotency idempotency,
      AccessScope scope) {
    refuseWhenStopped();
    if (uploads.isEmpty() || uploads.size() > MOST_FILES) {
      throw new RefusedException(
          Refusal.INVALID_PARAMETER,
          "a request has 1 to %d files, not %d".formatted(MOST_FILES, uploads.size()));
    }
    if (store.documents().collection(collection, scope).isEmpty()) {
      throw new RefusedException(
          Refusal.COLLECTION_NOT_FOUND, "there is no collection '" + collection + "'");
    }
    refuseWhenFull();
    IngestLedger.Receipt receipt;
    try (Receiver.Received received = receiver.receive(uploads)) {
      RequestKey key =
          idempotency == null
              ? null
              : new RequestKey(
                  idempotency.principal(),
                  idempotency.key(),
                  Receiver.fingerprint(collection, received.items()));
      ContentFolder.Pin pin = store.contents().originals().keep(received.contents());
      try {
        options.milestones().reached(Milestone.ORIGINALS_KEPT);
        receipt = ledger.accept(collection, received.items(), key, scope);
      } finally {
        pin.close(); // from here on the ledger's rows hold the originals
      }
    } catch (SyncFailedException e) {
      condition.halt("an original could not be synced to the disk: " + e.getMessage(), e);
      throw stopped();
    } catch (IOException e) {
      refuseWhenFull(); // then that is the reason
      throw new UncheckedIOException("an upload could not be taken", e);
    }
    options.milestones().reached(Milestone.ACCEPTED);
    changed.raise();
    return new Accepted(
        jobs.findUnscoped(receipt.jobId()).orElseThrow(),
        allItems(receipt.jobId(), scope),
        receipt.replayed());
  }

  private List<ItemRow> allItems(String job, AccessScope scope) {
    List<ItemRow> all = new ArrayList<>();
    SliceRequest next = SliceRequest.first(SliceRequest.LARGEST_LIMIT);
    while (true) {
      Slice<ItemRow> slice = items(job, null, next, scope);
      all.addAll(slice.items());
      if (slice.nextCursor() == null) {
        return all;
      }
      next = new SliceRequest(SliceRequest.LARGEST_LIMIT, slice.nextCursor());
    }
  }

  private void refuseWhenStopped() {
    if (closing) {
      throw new RefusedException(Refusal.SHUTTING_DOWN, "the service is stopping");
    }
    if (condition.halted()) {
      throw stopped();
    }
  }

  private static RefusedException stopped() {
    return new RefusedException(
        Refusal.STORE_UNAVAILABLE,
        "the disk did not confirm a write; nothing is taken until the service is started again");
  }

  private void refuseWhenFull() {
    if (disk.isUsed(options.refuseAt())) {
      throw new RefusedException(
          Refusal.STORAGE_FULL, "the disk is full; uploads go on when there is space");
    }
  }

  /** Hides the document from every reader before it returns; false if there was none. */
  public boolean deleteDocument(String id, AccessScope scope) {
    refuseWhenStopped();
    boolean deleted = ledger.deleteDocument(id, scope);
    changed.raise();
    return deleted;
  }

  /** Deletes what has a path that begins so; returns the ids. */
  public List<String> deleteDocuments(String collection, String pathPrefix, AccessScope scope) {
    refuseWhenStopped();
    List<String> deleted = ledger.deleteDocuments(collection, pathPrefix, scope);
    changed.raise();
    return deleted;
  }

  /** Works on a document again that is not as searchable as it could be. */
  public JobRow retryDocument(String id, AccessScope scope) {
    refuseWhenStopped();
    return begun(ledger.retryDocument(id, scope));
  }

  public Optional<JobRow> job(String id, AccessScope scope) {
    return jobs.find(id, scope);
  }

  /** Newest first; a null condition does not bind. */
  public Slice<JobRow> jobs(
      @Nullable JobKind kind,
      @Nullable JobState state,
      @Nullable String collection,
      SliceRequest slice,
      AccessScope scope) {
    return jobs.list(kind, state, collection, slice, scope);
  }

  /** By their place in the job; a null status does not bind. */
  public Slice<ItemRow> items(
      String jobId, @Nullable DocumentStatus status, SliceRequest slice, AccessScope scope) {
    Map<Integer, Task> underWay = new HashMap<>();
    for (JobLedger.WaitingItem waiting : jobs.waitingItems(jobId)) {
      Task task = workshop.find(waiting.seq());
      if (task != null) {
        underWay.put(waiting.number(), task);
      }
    }
    return jobs.items(jobId, status, slice, scope).map(item -> withPhase(item, underWay));
  }

  private static ItemRow withPhase(ItemRow item, Map<Integer, Task> underWay) {
    Task task = underWay.get(item.number());
    if (task == null || item.phase() == ItemPhase.DONE) {
      return item;
    }
    return new ItemRow(
        item.number(),
        item.path(),
        item.documentId(),
        item.status(),
        item.outcome(),
        task.phase(),
        task.chunksDone(),
        task.chunksTotal(),
        task.work().attempts(),
        item.reason());
  }

  /** Keeps what is searchable and drops the rest. */
  public JobRow cancelJob(String id, AccessScope scope) {
    refuseWhenStopped();
    Set<Long> underWay = ledger.cancel(id, scope);
    workshop.cancel(underWay);
    return begun(id);
  }

  /** A new job with the failed files of an old one. */
  public JobRow retryJob(String id, AccessScope scope) {
    refuseWhenStopped();
    return begun(ledger.retryJob(id, scope));
  }

  /**
   * Writes every document of the collection to the index again, while the index goes on serving.
   */
  public JobRow reindex(String collection, AccessScope scope) {
    refuseWhenStopped();
    return begun(ledger.reindex(collection, scope));
  }

  private JobRow begun(String job) {
    changed.raise();
    return jobs.findUnscoped(job).orElseThrow();
  }

  /** Tells watchers of a job whose work is done elsewhere that it has come further. */
  public void jobChanged() {
    changed.raise();
  }

  /**
   * Watches a job.
   *
   * @param after number of the last event seen, 0 to begin
   */
  public JobWatch watch(String jobId, long after, AccessScope scope) {
    if (jobs.find(jobId, scope).isEmpty()) {
      throw new RefusedException(Refusal.JOB_NOT_FOUND, "there is no job '" + jobId + "'");
    }
    return new LedgerJobWatch(jobs, jobId, after, scope, changed);
  }

  public IngestHealth health() {
    long open = store.work().openOperations();
    long repairs = store.work().openRepairs();
    IngestHealth.State state = condition.state();
    String detail = condition.detail();
    if (state == IngestHealth.State.RUNNING && pipeline == null) {
      return new IngestHealth(
          IngestHealth.State.PAUSED, open, repairs, "files are kept and wait for the models");
    }
    if (state == IngestHealth.State.RUNNING && repairs > 0) {
      return new IngestHealth(
          IngestHealth.State.RECOVERING,
          open,
          repairs,
          "%d documents are being written to the index again".formatted(repairs));
    }
    return new IngestHealth(state, open, repairs, detail);
  }

  /** How many documents ledger and index disagreed about at start. */
  public int driftAtStart() {
    return pipeline == null ? 0 : pipeline.drift();
  }

  /** Stops taking, ends or gives back what is under way, commits what is written. */
  @Override
  public void close() {
    closing = true;
    if (pipeline != null) {
      pipeline.workers().close();
      pipeline.index().close();
      pipeline.encoders().close();
      pipeline.progress().close();
    }
    changed.raise();
  }
}
