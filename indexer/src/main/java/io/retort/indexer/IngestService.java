package io.retort.indexer;

import io.retort.data.AccessScope;
import io.retort.data.store.CollectionRow;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.ItemRow;
import io.retort.data.store.JobKind;
import io.retort.data.store.JobRow;
import io.retort.data.store.JobState;
import io.retort.data.store.RefusedException;
import io.retort.data.store.Slice;
import io.retort.data.store.SliceRequest;
import java.util.List;
import java.util.Optional;
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
  public CollectionRow createCollection(NewCollection collection) {
    throw new UnsupportedOperationException();
  }

  public CollectionRow patchCollection(String id, CollectionPatch patch, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /** Deletes a collection with all its documents; returns their ids. */
  public List<String> deleteCollection(String id, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes files: returns once originals and ledger rows are flushed to disk. A file that cannot be
   * taken is an item with a final status; the others go on.
   */
  public Accepted accept(
      String collection,
      List<Upload> uploads,
      @Nullable Idempotency idempotency,
      AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /** Hides the document from every reader before it returns; false if there was none. */
  public boolean deleteDocument(String id, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /** Deletes what has a path that begins so; returns the ids. */
  public List<String> deleteDocuments(String collection, String pathPrefix, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /** Works on a document again that is not as searchable as it could be. */
  public JobRow retryDocument(String id, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  public Optional<JobRow> job(String id, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /** Newest first; a null condition does not bind. */
  public Slice<JobRow> jobs(
      @Nullable JobKind kind,
      @Nullable JobState state,
      @Nullable String collection,
      SliceRequest slice,
      AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  public Slice<ItemRow> items(
      String jobId, @Nullable DocumentStatus status, SliceRequest slice, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /** Keeps what is searchable and drops what has not begun. */
  public JobRow cancelJob(String id, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /** A new job with the failed files of an old one. */
  public JobRow retryJob(String id, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /**
   * Watches a job.
   *
   * @param after number of the last event seen, 0 to begin
   */
  public JobWatch watch(String jobId, long after, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  public IngestHealth health() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
