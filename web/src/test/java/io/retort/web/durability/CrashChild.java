package io.retort.web.durability;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.data.ChunkId;
import io.retort.data.ChunkWriter;
import io.retort.data.DocumentBlock;
import io.retort.data.store.DocumentRow;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.Refusal;
import io.retort.data.store.RefusedException;
import io.retort.data.store.SliceRequest;
import io.retort.indexer.Milestone;
import io.retort.indexer.Upload;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The process that is killed. It says on its standard output what it is about to do, what was
 * acknowledged, and what a second client found; and, first of all, what of that is missing after a
 * kill. Arguments: folder, seed, round, the milestone to stop at (or none), how often it is passed
 * before, and whether the ledger is to speak before the index is committed.
 */
final class CrashChild {
  private static final int STEPS = 60;

  private final CrashRig rig;
  private final String round;
  private final Random random;
  private final List<String> paths = new ArrayList<>();
  private final Map<String, Integer> revisions = new java.util.HashMap<>();

  private CrashChild(CrashRig rig, String round, long seed) {
    this.rig = rig;
    this.round = round;
    this.random = new Random(seed);
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    @Nullable Milestone stop = arguments[3].equals("none") ? null : Milestone.valueOf(arguments[3]);
    AtomicInteger left = new AtomicInteger(Integer.parseInt(arguments[4]));
    boolean early = Boolean.parseBoolean(arguments[5]);
    CrashRig rig =
        CrashRig.open(
            folder,
            milestone -> {
              if (milestone == stop && left.getAndDecrement() == 0) {
                say("REACHED " + milestone);
                sleepForEver();
              }
            },
            early ? SlowToCommit::new : writer -> writer);
    if (rig.service.driftAtStart() > 0) {
      say("LOST " + rig.service.driftAtStart() + " documents differ between ledger and index");
    }
    checkFound(rig, folder.resolveSibling("found.txt"));
    say("READY");
    var child = new CrashChild(rig, arguments[2], seed);
    Thread.ofPlatform().daemon().start(child::lookForEver);
    child.work();
    say("IDLE");
    sleepForEver();
  }

  private static void say(String line) {
    synchronized (System.out) {
      System.out.println(line);
      System.out.flush();
    }
  }

  private static void sleepForEver() {
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        // only a kill ends this process
      }
    }
  }

  /** What was found once, by an earlier process, is found now, before anything is repaired. */
  private static void checkFound(CrashRig rig, Path list) throws IOException {
    if (!Files.exists(list)) {
      return;
    }
    for (String line : Files.readAllLines(list, UTF_8)) {
      String[] parts = line.split(" ", -1);
      String id = parts[0];
      int version = Integer.parseInt(parts[1]);
      DocumentRow row = rig.store.documents().document(id, CrashRig.SCOPE).orElse(null);
      boolean gone = row == null || row.version() > version;
      if (!gone && !isFound(rig, id, version)) {
        say("LOST " + line + " was found before");
      }
    }
  }

  private static boolean isFound(CrashRig rig, String id, int version) {
    ChunkId first = new ChunkId(id, 0);
    var chunk = rig.index.live().searcher().chunks(Set.of(first), CrashRig.SCOPE).get(first);
    return chunk != null && chunk.version() == version;
  }

  /** The second client: tells what it has read to be searchable, and checks that it is. */
  private void lookForEver() {
    Set<String> told = new HashSet<>();
    while (true) {
      @Nullable String cursor = null;
      do {
        var slice =
            rig.store
                .documents()
                .documents(
                    CrashRig.COLLECTION,
                    DocumentStatus.SEARCHABLE,
                    round + "/",
                    new SliceRequest(100, cursor),
                    CrashRig.SCOPE);
        for (DocumentRow row : slice.items()) {
          if (told.add(row.id() + " " + row.version())) {
            tell(row);
          }
        }
        cursor = slice.nextCursor();
      } while (cursor != null);
      Thread.yield();
    }
  }

  private void tell(DocumentRow row) {
    if (isFound(rig, row.id(), row.version())) {
      say("FOUND " + row.id() + " " + row.version());
      return;
    }
    DocumentRow now = rig.store.documents().document(row.id(), CrashRig.SCOPE).orElse(null);
    if (now != null && now.version() == row.version()) {
      say("LOST " + row.id() + " " + row.version() + " is searchable by its status alone");
    }
  }

  private void work() {
    for (int step = 0; step < STEPS; step++) {
      int dice = random.nextInt(10);
      if (dice < 6 || paths.isEmpty()) {
        List<String> fresh = new ArrayList<>();
        for (int n = 0; n <= random.nextInt(4); n++) {
          fresh.add("%s/%d-%d".formatted(round, step, n));
        }
        upload(fresh);
        paths.addAll(fresh);
      } else if (dice < 8) {
        upload(List.of(paths.get(random.nextInt(paths.size()))));
      } else {
        delete(paths.remove(random.nextInt(paths.size())));
      }
    }
  }

  private void upload(List<String> wanted) {
    List<Upload> uploads = new ArrayList<>();
    for (String path : wanted) {
      int revision = revisions.merge(path, 1, Integer::sum);
      say("TRY " + path + " " + revision);
      byte[] text = CrashRig.text(path, revision).getBytes(UTF_8);
      uploads.add(Upload.of(path, () -> new ByteArrayInputStream(text)));
    }
    rig.service.accept(CrashRig.COLLECTION, uploads, null, CrashRig.SCOPE);
    for (String path : wanted) {
      say("ACK " + path + " " + revisions.get(path));
    }
  }

  private void delete(String path) {
    var documents =
        rig.store
            .documents()
            .documents(CrashRig.COLLECTION, null, path, SliceRequest.first(100), CrashRig.SCOPE)
            .items();
    say("TRY " + path + " 0");
    for (DocumentRow row : documents) {
      if (row.path().equals(path)) {
        rig.service.deleteDocument(row.id(), CrashRig.SCOPE);
        expectGone(row);
      }
    }
    say("ACK " + path + " 0");
  }

  private void expectGone(DocumentRow row) {
    try {
      rig.store.documents().passage(row.id(), 0, 1, null, CrashRig.SCOPE);
      say("LOST the deletion of " + row.id());
    } catch (RefusedException e) {
      if (e.refusal() != Refusal.DOCUMENT_NOT_FOUND) {
        throw e;
      }
    }
  }

  /** The mutant: says that it has committed, and does so with the next commit only. */
  private record SlowToCommit(ChunkWriter writer, List<Long> promised) implements ChunkWriter {
    SlowToCommit(ChunkWriter writer) {
      this(writer, new ArrayList<>());
    }

    @Override
    public void replace(DocumentBlock block) {
      if (!promised.isEmpty()) {
        writer.commit(promised.removeLast());
        promised.clear();
      }
      writer.replace(block);
    }

    @Override
    public void delete(String documentId) {
      writer.delete(documentId);
    }

    @Override
    public void commit(long lastSeq) {
      promised.add(lastSeq);
    }

    @Override
    public void purgeDeleted() {
      writer.purgeDeleted();
    }

    @Override
    public long committedSeq() {
      return writer.committedSeq();
    }

    @Override
    public Map<String, IndexedVersion> committedDocuments() {
      return writer.committedDocuments();
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
