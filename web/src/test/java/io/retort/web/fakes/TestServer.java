package io.retort.web.fakes;

import io.retort.web.RetortServer;
import io.retort.web.rooms.ModelSource;
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

  public TestServer(Path dataDir, ModelSource models, Map<String, String> settings)
      throws IOException, InterruptedException {
    var flags = new HashMap<>(settings);
    flags.put("retort.data-dir", dataDir.toString());
    flags.put("retort.server.port", "0");
    this.dataDir = dataDir;
    this.server = RetortServer.start(SettingsLoader.load(flags, Map.of()), models, false);
    server.awaitOpened();
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
                        "name", "test",
                        "scopes", scopes.split(" "),
                        "collections", collections.length == 0 ? new String[] {"*"} : collections)));
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
