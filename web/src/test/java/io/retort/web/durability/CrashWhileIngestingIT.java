package io.retort.web.durability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.ChunkWriter.IndexedVersion;
import io.retort.data.store.DocumentRow;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.JobRow;
import io.retort.data.store.SliceRequest;
import io.retort.indexer.Milestone;
import io.retort.indexer.Milestones;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that ingests is killed with {@code kill -9}, at each milestone and at random times, and
 * started again; nothing that was acknowledged or found once is ever lost, and nothing is there
 * twice. The last start is this process's own, and nobody helps it.
 */
class CrashWhileIngestingIT {
  private static final int RANDOM_KILLS = 6;
  private static final Duration LONGEST_ROUND = Duration.ofMinutes(5);

  @TempDir Path folder;

  /** By path, the revision acknowledged last, and what was begun after it; 0 is deleted. */
  private final Map<String, Integer> acknowledged = new TreeMap<>();

  private final Map<String, Set<Integer>> begun = new HashMap<>();
  private final Set<String> found = new TreeSet<>();
  private final Set<Milestone> reached = EnumSet.noneOf(Milestone.class);
  private final List<String> complaints = new ArrayList<>();
  private int rounds;

  private Path data() {
    return folder.resolve("data");
  }

  @Test
  @Tag("CR-1")
  void nothingAcknowledgedIsLostAndNothingIsThereTwice() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("CR-1 seed " + seed);
    Random random = new Random(seed);
    for (Milestone milestone : Milestone.values()) {
      killAt(milestone, random);
    }
    for (int kill = 0; kill < RANDOM_KILLS; kill++) {
      killAfter(Duration.ofMillis(random.nextInt(600)), random);
    }
    killWhenSomethingWasFound(random);

    assertThat(reached).as("killed at").containsExactly(Milestone.values());
    assertThat(complaints).isEmpty();
    verify(seed);
  }

  @Test
  @Tag("CR-2")
  void aLedgerThatSpeaksBeforeTheIndexIsCaught() throws Exception {
    Random random = new Random(1);
    run(Milestone.SETTLED, 1, true, null, random);
    run(null, 0, false, Duration.ZERO, random);

    assertThat(complaints).isNotEmpty();
  }

  private void killAt(Milestone milestone, Random random) throws Exception {
    run(milestone, random.nextInt(3), false, null, random);
  }

  private void killAfter(Duration ready, Random random) throws Exception {
    run(null, 0, false, ready, random);
  }

  /** The other lives can all be too short for the second client to find anything. */
  private void killWhenSomethingWasFound(Random random) throws Exception {
    run(null, 0, false, null, random);
    run(null, 0, false, Duration.ZERO, random);
  }

  /**
   * One life of the child.
   *
   * @param stop where it is killed, null: some time after it is ready
   * @param passes how often it passes there before
   * @param afterReady null without a {@code stop}: when the second client has found a document
   */
  private void run(
      @Nullable Milestone stop,
      int passes,
      boolean early,
      @Nullable Duration afterReady,
      Random random)
      throws Exception {
    Files.write(folder.resolve("found.txt"), found, UTF_8);
    Process child = start(stop, passes, early, random.nextLong());
    Thread killer = null;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      Thread limit = killLater(child, LONGEST_ROUND);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        note(line);
        if (line.equals("READY") && afterReady != null) {
          killer = killLater(child, afterReady);
        }
        boolean untilFound = stop == null && afterReady == null;
        if (line.startsWith("REACHED")
            || (untilFound ? line.startsWith("FOUND") : stop == null && line.equals("IDLE"))) {
          kill(child);
        }
      }
      limit.interrupt();
    } finally {
      kill(child);
      child.waitFor();
      if (killer != null) {
        killer.interrupt();
      }
    }
    rounds++;
  }

  /** SIGKILL; unlike {@link Process#destroyForcibly()} it leaves what was printed to be read. */
  private static void kill(Process child) {
    child.toHandle().destroyForcibly();
  }

  private static Thread killLater(Process child, Duration delay) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                Thread.sleep(delay);
                kill(child);
              } catch (InterruptedException e) {
                // it has ended by itself
              }
            });
  }

  private Process start(@Nullable Milestone stop, int passes, boolean early, long seed)
      throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            CrashChild.class.getName(),
            data().toString(),
            Long.toString(seed),
            "r" + rounds,
            stop == null ? "none" : stop.name(),
            Integer.toString(passes),
            Boolean.toString(early))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private void note(String line) {
    String[] words = line.split(" ", 4);
    switch (words[0]) {
      case "TRY" ->
          begun.computeIfAbsent(words[1], p -> new HashSet<>()).add(Integer.valueOf(words[2]));
      case "ACK" -> {
        acknowledged.put(words[1], Integer.valueOf(words[2]));
        begun.remove(words[1]);
      }
      case "REACHED" -> reached.add(Milestone.valueOf(words[1]));
      case "FOUND" -> found.add(words[1] + " " + words[2]);
      case "LOST" -> complaints.add("round " + rounds + ": " + line);
      default -> {}
    }
  }

  private void verify(long seed) throws Exception {
    try (CrashRig rig = CrashRig.open(data(), Milestones.NOT_WATCHED, UnaryOperator.identity())) {
      assertThat(rig.service.driftAtStart()).as("drift, seed %d", seed).isZero();
      awaitQuiet(rig);
      Map<String, DocumentRow> documents = documents(rig);
      assertThat(acknowledged).as("files acknowledged in %d rounds", rounds).hasSizeGreaterThan(50);
      assertThat(found).isNotEmpty();
      acknowledged.forEach((path, revision) -> check(rig, path, revision, documents.get(path)));
      assertIndexEqualsLedger(rig, documents);
      assertJobsHaveEnded(rig);
      rig.index.live().scrub();
    }
  }

  private static void awaitQuiet(CrashRig rig) throws InterruptedException {
    long end = System.nanoTime() + LONGEST_ROUND.toNanos();
    while (rig.service.health().openOperations() > 0) {
      assertThat(System.nanoTime()).as("%s", rig.service.health()).isLessThan(end);
      Thread.sleep(10);
    }
  }

  private static Map<String, DocumentRow> documents(CrashRig rig) {
    Map<String, DocumentRow> documents = new HashMap<>();
    @Nullable String cursor = null;
    do {
      var slice =
          rig.store
              .documents()
              .documents(
                  CrashRig.COLLECTION, null, null, new SliceRequest(1_000, cursor), CrashRig.SCOPE);
      slice.items().forEach(row -> documents.put(row.path(), row));
      cursor = slice.nextCursor();
    } while (cursor != null);
    return documents;
  }

  /** A path holds what was acknowledged last, or what was begun after that and never answered. */
  private void check(CrashRig rig, String path, int revision, @Nullable DocumentRow row) {
    Set<Integer> possible = new HashSet<>(begun.getOrDefault(path, Set.of()));
    possible.add(revision);
    if (row == null) {
      assertThat(possible).as("%s is not there", path).contains(0);
      return;
    }
    assertThat(row.status()).as(path).isEqualTo(DocumentStatus.SEARCHABLE);
    String text =
        rig.store.documents().passage(row.id(), 0, row.characters(), null, CrashRig.SCOPE).text();
    assertThat(possible.stream().filter(r -> r > 0).map(r -> CrashRig.text(path, r)))
        .as(path)
        .contains(text);
  }

  private static void assertIndexEqualsLedger(CrashRig rig, Map<String, DocumentRow> documents) {
    Map<String, IndexedVersion> indexed = rig.index.live().writer().committedDocuments();
    assertThat(indexed).hasSize(documents.size());
    long chunks = 0;
    for (DocumentRow row : documents.values()) {
      IndexedVersion version = indexed.get(row.id());
      assertThat(version).as(row.path()).isNotNull();
      assertThat(version.version()).as(row.path()).isEqualTo(row.version());
      assertThat(version.chunks()).as(row.path()).isEqualTo(row.chunks());
      chunks += row.chunks();
    }
    assertThat(rig.index.live().chunks()).as("no chunk is there twice").isEqualTo(chunks);
  }

  private static void assertJobsHaveEnded(CrashRig rig) {
    List<JobRow> jobs = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      var slice =
          rig.service.jobs(null, null, null, new SliceRequest(1_000, cursor), CrashRig.SCOPE);
      jobs.addAll(slice.items());
      cursor = slice.nextCursor();
    } while (cursor != null);
    assertThat(jobs)
        .isNotEmpty()
        .allSatisfy(
            job -> {
              assertThat(job.state().isFinal()).as("%s", job).isTrue();
              assertThat(job.completed() + job.failed() + job.unchanged()).isEqualTo(job.total());
            });
  }
}
