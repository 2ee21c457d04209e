package io.retort.web.fakes;

import io.retort.indexer.IngestHealth;
import io.retort.web.RetortServer;
import io.retort.web.rooms.ForkedExtraction;
import io.retort.web.rooms.ModelSource;
import io.retort.web.rooms.RoomsOpener;
import io.retort.web.settings.RetortSettings;
import io.retort.web.settings.SettingsLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A whole service on a free port. */
public final class TestServer implements AutoCloseable {
  private final RetortServer server;
  private final Path dataDir;

  private TestServer(RetortSettings settings, RoomsOpener.Sources sources) throws IOException {
    this.dataDir = settings.dataDir();
    this.server = RetortServer.start(settings, sources, RetortServer.Attendance.UNATTENDED);
  }

  /** Ready, with the given models and a parser for plain text. */
  public TestServer(Path dataDir, ModelSource models, Map<String, String> settings)
      throws IOException, InterruptedException {
    this(settings(dataDir, settings), new RoomsOpener.Sources(models, new PlainTextExtraction()));
    awaitReady();
  }

  /** Ready, with the given models, the product's parser for PDF and one for plain text. */
  public static TestServer ofPdf(Path dataDir, ModelSource models, Map<String, String> more)
      throws IOException, InterruptedException {
    RetortSettings settings = settings(dataDir, more);
    var server =
        new TestServer(
            settings,
            new RoomsOpener.Sources(models, new PdfExtraction(new ForkedExtraction(settings))));
    server.awaitReady();
    return server;
  }

  /** Listening, perhaps not ready. */
  public static TestServer opening(Path dataDir, ModelSource models, Map<String, String> settings)
      throws IOException {
    return new TestServer(
        settings(dataDir, settings), new RoomsOpener.Sources(models, new PlainTextExtraction()));
  }

  /** The product's own models and parsers, once they are open or have failed to. */
  public static TestServer ofProduct(Path dataDir, Path models, Map<String, String> more)
      throws IOException, InterruptedException {
    var all = new HashMap<>(more);
    all.put("retort.models.dir", models.toString());
    RetortSettings settings = settings(dataDir, all);
    var server = new TestServer(settings, RoomsOpener.Sources.ofProduct(settings));
    server.awaitReady();
    return server;
  }

  private static RetortSettings settings(Path dataDir, Map<String, String> settings) {
    var flags = new HashMap<>(settings);
    flags.put("retort.data-dir", dataDir.toString());
    flags.put("retort.server.port", "0");
    return SettingsLoader.load(flags, Map.of());
  }

  private void awaitReady() throws InterruptedException {
    server.awaitOpened();
    // The comparison of index and ledger goes on for a moment after the rooms are open.
    while (server.rooms().ingest().health().state() == IngestHealth.State.RECOVERING) {
      Thread.onSpinWait();
    }
  }

  public RetortServer server() {
    return server;
  }

  public String address() {
    return server.address();
  }

  /** A client with the local credential. */
  public Client admin() {
    try {
      String service = Files.readString(dataDir.resolve("service.json"));
      return new Client(address(), new JsonMapper().readTree(service).get("token").asString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Client anonymous() {
    return new Client(address(), null);
  }

  /** A client with a fresh key. */
  public Client withKey(String scopes, String... collections) {
    Client.Reply made =
        admin()
            .post(
                "/api/v1/keys",
                Client.json(
                    Map.of(
                        "name",
                        "test",
                        "scopes",
                        scopes.split(" "),
                        "collections",
                        collections.length == 0 ? new String[] {"*"} : collections)));
    return new Client(address(), made.json().get("key").asString());
  }

  public void collection(String id) {
    admin().post("/api/v1/collections", Client.json(Map.of("id", id)));
  }

  @Override
  public void close() {
    server.close();
  }
}
