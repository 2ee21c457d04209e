package io.retort.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.AccessScope;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

class LedgerStoreIT {
  private static final AccessScope SCOPE = new AccessScope("tester", Set.of("handbook"));

  @TempDir Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private Path ledger() {
    return data().resolve("db/ledger.mv.db");
  }

  private String create() throws IOException {
    try (LedgerStore store = LedgerStore.open(data())) {
      store.ingest().createCollection("handbook", "Handbook", "", List.of());
      return store.storeId();
    }
  }

  private AbstractThrowableAssert<?, ?> assertRefused(StoreException.Kind kind) {
    return assertThatThrownBy(() -> LedgerStore.open(data()).close())
        .isInstanceOf(StoreException.class)
        .hasFieldOrPropertyWithValue("kind", kind);
  }

  @Test
  void aStoreKeepsItsIdentityAndItsRows() throws IOException {
    String id = create();

    try (LedgerStore store = LedgerStore.open(data())) {
      assertThat(store.storeId()).isEqualTo(id);
      assertThat(store.documents().collection("handbook", SCOPE)).isPresent();
    }
  }

  @Test
  void aSecondOwnerLearnsTheFirstOnesProcess() throws IOException {
    try (LedgerStore store = LedgerStore.open(data())) {
      assertRefused(StoreException.Kind.IN_USE)
          .hasMessageContaining(Long.toString(ProcessHandle.current().pid()))
          .hasMessageContaining(data().toRealPath().toString());
      store.barrier(); // the first one is not disturbed
    }
    LedgerStore.open(data()).close();
  }

  @Test
  void filesArePrivateToTheirUser() throws IOException {
    create();

    assertThat(Files.getPosixFilePermissions(data().resolve("db/password")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    for (String area : List.of("db", "originals", "texts", "embeddings", "tmp")) {
      assertThat(Files.getPosixFilePermissions(data().resolve(area)))
          .as(area)
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  @Tag("CR-11")
  void aNewerLayoutIsRefusedByName() throws IOException {
    String id = create();
    Files.writeString(data().resolve("STORE"), "layout=2\nstore_id=" + id + "\n");

    assertRefused(StoreException.Kind.INCOMPATIBLE)
        .hasMessageContaining("STORE")
        .hasMessageContaining("layout 2")
        .hasMessageContaining("layout 1");
  }

  @Test
  @Tag("CR-11")
  void aMigrationOfANewerProgramIsRefused() throws IOException {
    create();
    try (LedgerStore store = LedgerStore.open(data())) {
      JdbcClient.create(store.dataSource())
          .sql(
              """
              insert into "flyway_schema_history" ("installed_rank", "version", "description",
                "type", "script", "checksum", "installed_by", "execution_time", "success")
              values (999, '999', 'from the future', 'SQL', 'V999__future.sql', 1, 'x', 1, true)
              """)
          .update();
    }

    assertRefused(StoreException.Kind.INCOMPATIBLE).hasMessageContaining("999");
  }

  @Test
  @Tag("CR-9")
  void aLedgerThatIsCutShortIsRefusedAndLeftAsItIs() throws IOException {
    create();
    for (long length : new long[] {0, 100, 8191}) {
      try (var file = new RandomAccessFile(ledger().toFile(), "rw")) {
        file.setLength(length);
      }

      assertRefused(StoreException.Kind.DAMAGED)
          .hasMessageContaining("ledger.mv.db")
          .hasMessageContaining("retort restore");
      assertThat(ledger()).hasSize(length);
    }
  }

  @Test
  @Tag("CR-9")
  void aLedgerWithOverwrittenPagesIsRefusedAndLeftAsItIs() throws IOException {
    create();
    byte[] pages = Files.readAllBytes(ledger());
    for (int at = 0; at < pages.length; at++) {
      pages[at] = (byte) (at * 31);
    }
    Files.write(ledger(), pages);

    assertRefused(StoreException.Kind.DAMAGED).hasMessageContaining("ledger.mv.db");
    assertThat(Files.readAllBytes(ledger())).isEqualTo(pages);
  }

  @Test
  @Tag("CR-9")
  void aMissingLedgerIsNotReplacedByAnEmptyOne() throws IOException {
    create();
    Files.delete(ledger());

    assertRefused(StoreException.Kind.DAMAGED).hasMessageContaining("missing");
    assertThat(ledger()).doesNotExist();
  }

  @Test
  @Tag("CR-9")
  void aMissingMarkerIsNotTakenForAnEmptyFolder() throws IOException {
    create();
    Files.delete(data().resolve("STORE"));

    assertRefused(StoreException.Kind.DAMAGED).hasMessageContaining("STORE");
    assertThat(ledger()).exists();
  }

  @Test
  @Tag("CR-9")
  void aMissingPasswordIsNamed() throws IOException {
    create();
    Files.delete(data().resolve("db/password"));

    assertRefused(StoreException.Kind.DAMAGED).hasMessageContaining("password");
  }

  @Test
  @Tag("CR-5")
  void anotherStoresLedgerIsRefused() throws IOException {
    String own = create();
    String other;
    try (LedgerStore store = LedgerStore.open(folder.resolve("other"))) {
      other = store.storeId();
    }
    for (String name : List.of("ledger.mv.db", "password")) {
      Files.copy(
          folder.resolve("other/db").resolve(name),
          data().resolve("db").resolve(name),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    assertRefused(StoreException.Kind.DAMAGED)
        .hasMessageContaining(own)
        .hasMessageContaining(other);
  }

  @Test
  void aCreationThatWasInterruptedBeginsAnew() throws IOException {
    create();
    Files.delete(data().resolve("STORE"));
    Files.writeString(data().resolve("STORE.creating"), "");

    try (LedgerStore store = LedgerStore.open(data())) {
      assertThat(store.documents().collection("handbook", SCOPE)).isEmpty();
    }
    assertThat(data().resolve("STORE.creating")).doesNotExist();
  }

  @Test
  void uploadsThatWereUnderWayAreRemoved() throws IOException {
    create();
    Files.writeString(data().resolve("tmp/half"), "half an upload");

    LedgerStore.open(data()).close();

    try (Stream<Path> left = Files.list(data().resolve("tmp"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void filesThatNothingRefersToAreSwept() throws IOException {
    create();
    try (LedgerStore store = LedgerStore.open(data())) {
      store.contents().originals().keep("never acknowledged".getBytes(UTF_8)).close();
      var pinned = store.contents().texts().keep("about to be named".getBytes(UTF_8));

      assertThat(store.contents().sweep()).isEqualTo(2);

      assertThat(store.contents().originals().names()).isEmpty();
      assertThat(store.contents().texts().names()).hasSize(1);
      pinned.close();
      store.contents().sweep();
      assertThat(store.contents().texts().names()).isEmpty();
    }
  }

  @Test
  void anInterruptedCallerDoesNotCloseTheLedger() throws Exception {
    try (LedgerStore store = LedgerStore.open(data())) {
      for (int n = 0; n < 20; n++) {
        String id = "c" + n;
        Thread caller =
            Thread.ofPlatform()
                .start(
                    () -> {
                      Thread.currentThread().interrupt();
                      store.ingest().createCollection(id, id, "", List.of());
                    });
        caller.join();
      }

      store.ingest().createCollection("handbook", "Handbook", "", List.of());
      assertThat(store.documents().collection("handbook", SCOPE)).isPresent();
      assertThat(store.documents().collectionIds()).hasSize(21);
    }
  }
}
