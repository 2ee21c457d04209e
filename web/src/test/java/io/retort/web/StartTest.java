package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.store.StoreException;
import io.retort.encoder.ModelIntegrityException;
import io.retort.web.cli.Terminal;
import io.retort.web.cli.Verbs;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import io.retort.web.rooms.ModelSource;
import io.retort.web.rooms.RetrievalModels;
import io.retort.web.rooms.RoomsOpener;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a start finds, and what the service says and does about it. */
@Timeout(300)
class StartTest {
  private static final String ASK =
      "{\"question\":\"carry over days\",\"collection\":\"handbook\"}";
  private static final String SEARCH =
      "{\"query\":\"carry over days\",\"collection\":\"handbook\"}";
  private static final String DOCUMENTS =
      "{\"documents\":[{\"path\":\"a.txt\",\"text\":\"Employees may carry over five days.\"}]}";

  @TempDir Path dataDir;

  private TestServer start(ModelSource models) throws Exception {
    return new TestServer(dataDir, models, Map.of());
  }

  private static Client fill(TestServer server) {
    Client admin = server.admin();
    server.collection("handbook");
    admin.awaitJob(admin.post("/api/v1/collections/handbook/documents", DOCUMENTS));
    return admin;
  }

  /** Runs the command line and gives its exit code and what it said on stderr. */
  private record Run(int code, String error) {
    static Run of(Map<String, String> environment, String... arguments) {
      var error = new ByteArrayOutputStream();
      try (var err = new PrintStream(error, true, StandardCharsets.UTF_8)) {
        int code =
            Verbs.run(
                List.of(arguments),
                new Terminal(System.out, err, environment, false),
                RoomsOpener.Sources::ofProduct);
        return new Run(code, error.toString(StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void whatWasStoredIsThereAfterARestart() throws Exception {
    String key;
    try (TestServer server = start(new FakeModels())) {
      Client admin = fill(server);
      key =
          admin
              .post(
                  "/api/v1/keys",
                  "{\"name\":\"x\",\"scopes\":[\"ask\"],\"collections\":[\"handbook\"]}")
              .json()
              .get("key")
              .asString();
    }
    assertThat(Files.exists(dataDir.resolve("service.json"))).isFalse();
    try (TestServer server = start(new FakeModels())) {
      Client asker = server.anonymous().with(key);
      assertThat(asker.post("/api/v1/search", SEARCH).text()).contains("carry over five days");
      assertThat(asker.post("/api/v1/answers", ASK).status()).isEqualTo(200);
    }
    try (Stream<Path> files = Files.walk(dataDir)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as("%s holds the key", file)
            .doesNotContain(key);
      }
    }
  }

  @Test
  @Tag("API-12")
  void aDamagedDecoderLeavesSearchAndUploads() throws Exception {
    var broken =
        new ModelSource() {
          @Override
          public RetrievalModels openRetrieval() {
            return new FakeModels().openRetrieval();
          }

          @Override
          public Decoder openDecoder() {
            throw new ModelIntegrityException(
                "decoder.onnx", "expected sha256 aa, found sha256 bb");
          }
        };
    try (TestServer server = start(broken)) {
      Client admin = fill(server);
      assertThat(admin.post("/api/v1/search", SEARCH).status()).isEqualTo(200);
      Client.Reply refused = admin.post("/api/v1/answers", ASK);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("model_unavailable");
      assertThat(refused.json().get("detail").asString())
          .contains("decoder.onnx")
          .contains("expected sha256 aa");
      assertThat(refused.header("Retry-After")).isNotEmpty();
      Client.Reply health = server.anonymous().get("/health");
      assertThat(health.status()).isEqualTo(503);
      assertThat(health.text())
          .isEqualTo("{\"status\":\"unavailable\",\"reason\":\"model_unavailable\"}");
      assertThat(server.anonymous().get("/actuator/health/liveness").status()).isEqualTo(200);
      assertThat(server.anonymous().get("/actuator/health/readiness").status()).isEqualTo(503);
    }
  }

  @Test
  @Tag("API-12")
  void anIndexOfAnotherEncoderIsNotSearchedButUploadsAreTaken() throws Exception {
    try (TestServer server = start(new FakeModels("sha256:one"))) {
      fill(server);
    }
    try (TestServer server = start(new FakeModels("sha256:two"))) {
      Client admin = server.admin();
      Client.Reply refused = admin.post("/api/v1/answers", ASK);
      assertThat(refused.code()).isEqualTo("index_degraded");
      assertThat(refused.json().get("detail").asString())
          .contains("sha256:one")
          .contains("sha256:two");
      assertThat(admin.post("/api/v1/search", SEARCH).code()).isEqualTo("index_degraded");
      assertThat(
              admin
                  .post(
                      "/api/v1/collections/handbook/documents", DOCUMENTS.replace("a.txt", "b.txt"))
                  .status())
          .isEqualTo(202);
      assertThat(server.anonymous().get("/health").text()).contains("index_degraded");
      assertThat(server.anonymous().get("/actuator/health/liveness").status()).isEqualTo(200);
      assertThat(server.anonymous().get("/actuator/health/readiness").status()).isEqualTo(503);
      assertThat(admin.get("/api/v1/admin/status").status()).isEqualTo(200);
    }
    try (TestServer server = start(new FakeModels("sha256:one"))) {
      Client admin = server.admin();
      assertThat(admin.post("/api/v1/answers", ASK).status()).isEqualTo(200);
    }
  }

  @Test
  @Tag("API-12")
  void aServiceThatIsLoadingSaysSo() throws Exception {
    var release = new CountDownLatch(1);
    var slow =
        new ModelSource() {
          @Override
          public RetrievalModels openRetrieval() {
            try {
              release.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return new FakeModels().openRetrieval();
          }

          @Override
          public Decoder openDecoder() {
            return new FakeModels().openDecoder();
          }
        };
    try (TestServer server = TestServer.opening(dataDir, slow, Map.of())) {
      Client admin = server.admin();
      server.collection("handbook");
      assertThat(server.anonymous().get("/health").text()).contains("models_loading");
      assertThat(server.anonymous().get("/actuator/health/liveness").status()).isEqualTo(200);
      assertThat(server.anonymous().get("/actuator/health/readiness").status()).isEqualTo(503);
      assertThat(admin.post("/api/v1/answers", ASK).code()).isEqualTo("models_loading");
      assertThat(admin.post("/api/v1/collections/handbook/documents", DOCUMENTS).status())
          .isEqualTo(202);
      release.countDown();
      server.server().awaitOpened();
      Client.Reply jobs = admin.get("/api/v1/jobs");
      JsonNode done =
          admin.stream(
                  "/api/v1/jobs/"
                      + jobs.json().get("items").get(0).get("id").asString()
                      + "/events",
                  null)
              .getLast()
              .data();
      assertThat(done.get("state").asString()).isEqualTo("succeeded");
    }
  }

  /** Requests may wait longer for a connection than a health check does for an answer. */
  @Test
  @Tag("API-12")
  void aLedgerThatIsGoneShowsWithinTwoSeconds() throws Exception {
    try (TestServer server = start(new FakeModels())) {
      fill(server);
      assertThat(server.anonymous().get("/actuator/health/readiness").status()).isEqualTo(200);
      Path file = dataDir.resolve("db/ledger.mv.db");
      Path aside = dataDir.resolve("db/aside");
      Files.move(file, aside);
      Files.createDirectory(file); // so that it cannot be opened again
      try {
        endDatabase();
        // First the pool's connections break; once it has noticed, a request waits for one.
        for (int look = 0; look < 4; look++) {
          long start = System.nanoTime();
          assertThat(server.anonymous().get("/actuator/health/readiness").status()).isEqualTo(503);
          assertThat(Duration.ofNanos(System.nanoTime() - start))
              .as("look %d", look)
              .isLessThan(Duration.ofSeconds(2));
          Thread.sleep(700); // connections that were used just now are not tried
        }
        assertThat(server.anonymous().get("/health").text()).contains("store_unavailable");
        assertThat(server.anonymous().get("/actuator/health/liveness").status()).isEqualTo(200);
      } finally {
        Files.delete(file);
        Files.move(aside, file);
      }
    }
  }

  private void endDatabase() throws Exception {
    String url =
        "jdbc:h2:async:%s;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000"
            .formatted(dataDir.resolve("db/ledger").toAbsolutePath());
    String password = Files.readString(dataDir.resolve("db/password")).strip();
    try (Connection connection = DriverManager.getConnection(url, "retort", password);
        Statement statement = connection.createStatement()) {
      statement.execute("shutdown immediately");
    }
  }

  @Test
  void aDataDirectoryInUseIsRefused() throws Exception {
    try (TestServer _ = start(new FakeModels())) {
      Run second = Run.of(Map.of(), "serve", "--data-dir", dataDir.toString(), "--port", "0");
      assertThat(second.code).isEqualTo(ExitCode.UNAVAILABLE);
      assertThat(second.error).contains(Long.toString(ProcessHandle.current().pid()));
    }
  }

  @Test
  void aDataDirectoryOfANewerVersionIsRefused() throws Exception {
    try (TestServer _ = start(new FakeModels())) {
      assertThat(dataDir).isDirectory();
    }
    Path layout = dataDir.resolve("STORE");
    String newer = Files.readString(layout).replaceFirst("\\d+", "999");
    Files.writeString(layout, newer);
    assertThatThrownBy(() -> start(new FakeModels()))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.INCOMPATIBLE));
    Run run = Run.of(Map.of(), "serve", "--data-dir", dataDir.toString(), "--port", "0");
    assertThat(run.code).isEqualTo(ExitCode.FAILED);
    assertThat(run.error).contains("999").doesNotContain("\tat ");
    assertThat(Files.readString(layout)).isEqualTo(newer);
  }

  @Test
  void wrongSettingsEndTheStartWithKeyValueAndWhatIsAllowed() throws Exception {
    Run run = Run.of(Map.of("RETORT_ANSWERS_K", "99"), "serve", "--data-dir", dataDir.toString());
    assertThat(run.code).isEqualTo(ExitCode.USAGE);
    assertThat(run.error).contains("retort.answers.k").contains("99").contains("1 to 32");
    assertThat(Run.of(Map.of("RETORT_ANSWERS_KAY", "1"), "serve").error)
        .contains("RETORT_ANSWERS_KAY");
    assertThat(Run.of(Map.of(), "serve", "--colour").error).contains("--colour");
    assertThat(Run.of(Map.of(), "sing").code).isEqualTo(ExitCode.USAGE);
    assertThat(Run.of(Map.of()).code).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aPortInUseIsAUsageError() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Run run =
          Run.of(
              Map.of(),
              "serve",
              "--data-dir",
              dataDir.toString(),
              "--port",
              Integer.toString(taken.getLocalPort()));
      assertThat(run.code).isEqualTo(ExitCode.USAGE);
      assertThat(run.error).contains("retort.server.port").contains("" + taken.getLocalPort());
    }
  }

  @Test
  void anotherAddressThanLoopbackNeedsAnAdminKeyFirst() throws Exception {
    Run run =
        Run.of(
            Map.of("RETORT_SERVER_ALLOWED_HOSTS", "retort.example"),
            "serve",
            "--data-dir",
            dataDir.toString(),
            "--host",
            "0.0.0.0",
            "--port",
            "0");
    assertThat(run.code).isEqualTo(ExitCode.USAGE);
    assertThat(run.error).contains("retort.server.host").contains("admin");
  }

  @Test
  void missingModelsAreNamed() throws Exception {
    Path nothing = Files.createDirectory(dataDir.resolve("nothing"));
    try (TestServer server = TestServer.ofProduct(dataDir.resolve("data"), nothing, Map.of())) {
      server.collection("handbook");
      Client.Reply refused = server.admin().post("/api/v1/answers", ASK);
      assertThat(refused.code()).isEqualTo("model_unavailable");
      assertThat(refused.json().get("detail").asString())
          .contains("manifest.json")
          .doesNotContain(dataDir.toString());
    }
  }
}
