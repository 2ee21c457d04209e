package io.retort.data;

import java.util.Map;

/**
 * The writer face of a chunk index. What is written becomes visible to searchers, all at once, with
 * {@link #commit}; closing without a commit drops it. Safe for use by many threads; whoever opens a
 * writer closes it.
 *
 * <p>{@link #replace}, {@link #delete} and {@link #commit} throw {@link IndexWriteException} when
 * the storage fails. If that cost blocks that had been accepted, the next commit also throws it,
 * without committing, so that no thread's loss goes unnoticed; unless a sync failed, later calls go
 * to a fresh writer on the last commit.
 */
public interface ChunkWriter extends AutoCloseable {
  /**
   * Puts the document's chunks in the place of all that the index holds of it, atomically. A block
   * older (by {@code seq}) than what is there has been overtaken and is dropped.
   */
  void replace(DocumentBlock block);

  void delete(String documentId);

  /**
   * Makes everything written so far durable and visible.
   *
   * @param lastSeq every ledger operation up to this one is applied or final
   */
  void commit(long lastSeq);

  /**
   * Rewrites what holds deleted chunks, so that their texts and vectors leave the disk with the
   * next commit.
   */
  void purgeDeleted();

  /** The {@code lastSeq} of the last commit, 0 if there is none. */
  long committedSeq();

  /** By document id, what the last commit holds: compared with the ledger at start. */
  Map<String, IndexedVersion> committedDocuments();

  /** Version, ledger sequence number and number of chunks of one document in the index. */
  record IndexedVersion(int version, long seq, int chunks) {}

  @Override
  void close();
}
