package io.retort.data.store;

import io.retort.data.AccessScope;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.h2.store.fs.FilePath;

/**
 * Accepts uploads for ever on a disk that keeps only what was synced, and says which jobs it has
 * acknowledged. Arguments: the data directory, and whether there is a barrier before the
 * acknowledgement.
 */
final class AcknowledgingChild {
  static final AccessScope SCOPE = new AccessScope("tester", Set.of("handbook"));

  private AcknowledgingChild() {}

  public static void main(String[] arguments) throws Exception {
    FilePath.register(new UnsyncedFilePath());
    boolean barrier = Boolean.parseBoolean(arguments[1]);
    LedgerStore store =
        LedgerStore.open(
            Path.of(arguments[0]),
            Clock.systemUTC(),
            UnsyncedFilePath.SCHEME + ":",
            database ->
                barrier
                    ? new Barrier(database)
                    : new Barrier(database) {
                      @Override
                      void await() {
                        // the mutant: acknowledged as soon as it is committed
                      }
                    });
    for (int n = 0; ; n++) {
      String sha256 = "%064x".formatted(n);
      NewItem file = new NewItem.Stored("f" + n, null, null, List.of(), Map.of(), sha256, 1);
      IngestLedger.Receipt receipt = store.ingest().accept("handbook", List.of(file), null, SCOPE);
      System.out.println("ACK " + receipt.jobId());
      System.out.flush();
    }
  }
}
