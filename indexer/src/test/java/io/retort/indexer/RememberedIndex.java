package io.retort.indexer;

import io.retort.data.ChunkWriter;
import io.retort.data.DocumentBlock;
import io.retort.data.EncodedChunk;
import io.retort.data.IndexWriteException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An index with the commit semantics of the real one: what was not committed is lost when a writer
 * is closed or fails, and what was committed survives. Outlives the services that write to it.
 */
final class RememberedIndex implements ChunkWriter {
  private Map<String, DocumentBlock> committed = new HashMap<>();
  private Map<String, DocumentBlock> pending = new HashMap<>();
  private long lastSeq;
  private int commits;
  private int purges;
  private int failures;
  private boolean syncFails;
  private @Nullable IndexWriteException lost;

  /** The next {@code count} writes fail as on a full disk. */
  synchronized void failNext(int count) {
    failures = count;
  }

  synchronized void failSyncs() {
    syncFails = true;
  }

  synchronized int purges() {
    return purges;
  }

  synchronized int commits() {
    return commits;
  }

  /** Texts of the committed chunks of a document, by ordinal; empty if it has none. */
  synchronized List<String> texts(String documentId) {
    DocumentBlock block = committed.get(documentId);
    return block == null
        ? List.of()
        : block.chunks().stream().map(chunk -> chunk.chunk().text()).toList();
  }

  synchronized @Nullable DocumentBlock block(String documentId) {
    return committed.get(documentId);
  }

  synchronized int chunks() {
    return committed.values().stream().mapToInt(block -> block.chunks().size()).sum();
  }

  /** Loses a document, as a damaged segment does. */
  synchronized void lose(String documentId) {
    committed.remove(documentId);
    pending = new HashMap<>(committed);
  }

  synchronized void loseAll() {
    committed = new HashMap<>();
    pending = new HashMap<>();
    lastSeq = 0;
  }

  /** Holds a block that no ledger knows. */
  synchronized void plant(DocumentBlock block) {
    committed.put(block.documentId(), block);
    pending = new HashMap<>(committed);
  }

  /** As if the process had ended. */
  synchronized void crash() {
    pending = new HashMap<>(committed);
    lost = null;
  }

  @Override
  public synchronized void replace(DocumentBlock block) {
    fail();
    DocumentBlock before = pending.get(block.documentId());
    if (before != null && before.seq() > block.seq()) {
      return;
    }
    for (int ordinal = 0; ordinal < block.chunks().size(); ordinal++) {
      EncodedChunk chunk = block.chunks().get(ordinal);
      if (chunk.chunk().id().ordinal() != ordinal) {
        throw new IllegalArgumentException("chunks out of order: " + chunk.chunk().id());
      }
    }
    pending.put(block.documentId(), block);
  }

  @Override
  public synchronized void delete(String documentId) {
    fail();
    pending.remove(documentId);
  }

  @Override
  public synchronized void commit(long seq) {
    if (syncFails) {
      throw new IndexWriteException("a sync failed", new IOException("EIO"), true);
    }
    IndexWriteException loss = lost;
    if (loss != null) {
      lost = null;
      throw loss;
    }
    fail();
    committed = new HashMap<>(pending);
    lastSeq = seq;
    commits++;
  }

  private void fail() {
    if (failures > 0) {
      failures--;
      pending = new HashMap<>(committed);
      lost = new IndexWriteException("no space", new IOException("ENOSPC"), false);
      throw lost;
    }
  }

  @Override
  public synchronized void purgeDeleted() {
    purges++;
  }

  @Override
  public synchronized long committedSeq() {
    return lastSeq;
  }

  @Override
  public synchronized Map<String, IndexedVersion> committedDocuments() {
    Map<String, IndexedVersion> documents = new HashMap<>();
    committed.forEach(
        (id, block) ->
            documents.put(
                id, new IndexedVersion(block.version(), block.seq(), block.chunks().size())));
    return documents;
  }

  @Override
  public void close() {
    crash();
  }
}
