package io.retort.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A power loss under the ledger: the process is killed on a disk that keeps only what was synced.
 */
class PowerLossIT {
  private static final int ACKNOWLEDGED = 40;

  @TempDir Path folder;

  @Test
  @Tag("CR-3")
  void whatWasAcknowledgedSurvives() throws Exception {
    for (int loss = 0; loss < 2; loss++) {
      List<String> acknowledged = acknowledgeAndLosePower(true);

      assertThat(lost(acknowledged)).isEmpty();
    }
  }

  @Test
  @Tag("CR-2")
  void anAcknowledgementBeforeTheBarrierIsCaught() throws Exception {
    List<String> acknowledged = acknowledgeAndLosePower(false);

    assertThat(lost(acknowledged)).isNotEmpty();
  }

  private List<String> acknowledgeAndLosePower(boolean barrier) throws Exception {
    Path data = folder.resolve("data");
    try (LedgerStore store = LedgerStore.open(data)) {
      if (store.documents().collectionIds().isEmpty()) {
        store.ingest().createCollection("handbook", "handbook", "", List.of());
      }
    }
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                AcknowledgingChild.class.getName(),
                data.toString(),
                Boolean.toString(barrier))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> acknowledged = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("ACK ")) { // the rest is logging
          acknowledged.add(line.substring("ACK ".length()));
        }
        if (acknowledged.size() == ACKNOWLEDGED) {
          child.toHandle().destroyForcibly(); // leaves what was printed to be read
        }
      }
    } finally {
      child.destroyForcibly();
      child.waitFor();
    }
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ACKNOWLEDGED);
    return acknowledged;
  }

  private List<String> lost(List<String> acknowledged) throws Exception {
    try (LedgerStore store = LedgerStore.open(folder.resolve("data"))) {
      return acknowledged.stream()
          .filter(job -> store.jobs().find(job, AcknowledgingChild.SCOPE).isEmpty())
          .toList();
    }
  }
}
