package io.retort.indexer;

import io.retort.data.ChunkWriter;
import io.retort.data.ChunkWriter.IndexedVersion;
import io.retort.data.store.OperationKind;
import io.retort.data.store.WorkLedger;
import io.retort.data.store.WorkLedger.OpenOperation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the ledger with the committed index, document by document, and makes one of them: what
 * the index holds already is rolled forward in the ledger, what it has lost is put in the queue
 * again, and what the ledger does not know is taken out of it.
 */
final class Recovery {
  private final WorkLedger ledger;
  private final ChunkWriter writer;

  Recovery(WorkLedger ledger, ChunkWriter writer) {
    this.ledger = ledger;
    this.writer = writer;
  }

  /**
   * What was found.
   *
   * @param rolledForward operations that were in the index, and that the ledger did not know to be
   * @param lost live documents that the index did not hold as the ledger says
   * @param ahead documents of the index that the ledger does not know, or knows as older: the
   *     ledger was restored, or has lost commits
   */
  record Findings(int rolledForward, int lost, int ahead) {
    int drift() {
      return lost + ahead;
    }
  }

  /** To be done before anybody leases work. */
  Findings recover() {
    ledger.revokeLeases();
    Map<String, IndexedVersion> indexed = writer.committedDocuments();
    int ahead = removeAhead(indexed);
    int rolledForward = rollForward(indexed);
    int lost = repair(indexed);
    return new Findings(rolledForward, lost, ahead);
  }

  /** Takes out what the ledger never wrote; no number of it is handed out again. */
  private int removeAhead(Map<String, IndexedVersion> indexed) {
    WorkLedger.Expected expected = ledger.expected();
    Map<String, Long> newest = new HashMap<>(); // by document, the last number that wrote or will
    expected.live().forEach((id, live) -> newest.put(id, live.seq()));
    Set<String> dying = new HashSet<>();
    for (OpenOperation operation : expected.open()) {
      newest.merge(operation.documentId(), operation.seq(), Math::max);
      if (operation.kind() == OperationKind.DELETE) {
        dying.add(operation.documentId());
      }
    }
    long head = ledger.headSeq();
    long highest = Math.max(head, writer.committedSeq());
    Set<String> ahead = new TreeSet<>();
    for (var entry : indexed.entrySet()) {
      String id = entry.getKey();
      long seq = entry.getValue().seq();
      highest = Math.max(highest, seq);
      Long known = newest.get(id);
      if (!dying.contains(id) && (known == null || seq > known)) {
        ahead.add(id);
      }
    }
    if (highest > head) {
      ledger.raiseSeq(highest);
    }
    if (!ahead.isEmpty()) {
      ahead.forEach(writer::delete);
      writer.commit(ledger.appliedUpTo(Set.of()));
      indexed.keySet().removeAll(ahead);
      System.getLogger(Recovery.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "the index held {0} documents that the ledger does not know, or knows as older; was"
                  + " the ledger restored? They are removed",
              ahead.size());
    }
    return ahead.size();
  }

  private int rollForward(Map<String, IndexedVersion> indexed) {
    List<OpenOperation> applied = new ArrayList<>();
    for (OpenOperation operation : ledger.expected().open()) {
      if (isIn(indexed, operation)) {
        applied.add(operation);
      }
    }
    ledger.rollForward(applied);
    return applied.size();
  }

  private static boolean isIn(Map<String, IndexedVersion> indexed, OpenOperation operation) {
    IndexedVersion found = indexed.get(operation.documentId());
    if (operation.kind() == OperationKind.DELETE) {
      return found == null;
    }
    Integer chunks = operation.parsedChunks();
    return found != null
        && chunks != null
        && found.equals(new IndexedVersion(operation.version(), operation.seq(), chunks));
  }

  private int repair(Map<String, IndexedVersion> indexed) {
    WorkLedger.Expected expected = ledger.expected();
    Set<String> rewritten = new HashSet<>();
    for (OpenOperation operation : expected.open()) {
      if (operation.kind() == OperationKind.REPAIR) {
        rewritten.add(operation.documentId());
      }
    }
    Set<String> lost = new TreeSet<>();
    expected
        .live()
        .forEach(
            (id, live) -> {
              if (!live.equals(indexed.get(id)) && !rewritten.contains(id)) {
                lost.add(id);
              }
            });
    ledger.repair(lost);
    return lost.size() + rewritten.size();
  }
}
