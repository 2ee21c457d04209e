package io.retort.web.browser;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A headless Chromium that is driven over its own debugging protocol: what the tests and the
 * benchmarks need of it is less than any driver would bring along.
 */
public final class Chromium implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long PATIENCE_SECONDS = 30;
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicInteger number = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> pending = new ConcurrentHashMap<>();
  private final Map<String, BiConsumer<String, JsonNode>> listeners = new ConcurrentHashMap<>();

  /** A call that the browser refused. */
  public static final class RefusedByBrowser extends RuntimeException {
    private static final long serialVersionUID = 1;

    RefusedByBrowser(String message) {
      super(message);
    }
  }

  private Chromium(Process process, Path profile, URI address) throws Exception {
    this.process = process;
    this.profile = profile;
    this.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(address, new Receiver())
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** The program that {@code RETORT_CHROMIUM} names, or one on the path. */
  public static Optional<Path> installed() {
    String named = System.getenv("RETORT_CHROMIUM");
    if (named != null) {
      return Optional.of(Path.of(named));
    }
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts with an empty profile in the given folder. */
  public static Chromium start(Path program, Path profile) throws Exception {
    var command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--headless=new",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "--no-first-run",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-extensions",
                "--disable-sync"));
    if (System.getProperty("user.name").equals("root")) {
      command.add("--no-sandbox"); // Chromium has no sandbox for root and would not start
    }
    command.add("about:blank");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(profile.resolveSibling("chromium.log").toFile())
            .start();
    try {
      return new Chromium(process, profile, address(process, profile));
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Chromium writes where it listens into its profile as soon as it does. */
  private static URI address(Process process, Path profile) throws Exception {
    Path file = profile.resolve("DevToolsActivePort");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() < end && process.isAlive()) {
      if (Files.exists(file)) {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() == 2) {
          return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
        }
      }
      process.waitFor(20, TimeUnit.MILLISECONDS);
    }
    throw new IOException(
        "Chromium did not begin to listen; it said: "
            + Files.readString(profile.resolveSibling("chromium.log")));
  }

  /** A new tab of the given size in pixels. */
  public Tab tab(int width, int height) {
    JsonNode target = call(null, "Target.createTarget", Map.of("url", "about:blank"));
    String id = target.get("targetId").asString();
    JsonNode attached =
        call(null, "Target.attachToTarget", Map.of("targetId", id, "flatten", true));
    return new Tab(this, id, attached.get("sessionId").asString(), width, height);
  }

  void listen(String session, BiConsumer<String, JsonNode> listener) {
    listeners.put(session, listener);
  }

  /** Calls a method of the protocol, of a tab's session or of the browser itself, and waits. */
  JsonNode call(@Nullable String session, String method, Map<String, ?> parameters) {
    JsonNode reply;
    try {
      reply = send(session, method, parameters).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(method + " " + parameters, e);
    }
    if (reply.has("error")) {
      throw new RefusedByBrowser(method + ": " + reply.get("error"));
    }
    return reply.get("result");
  }

  private CompletableFuture<JsonNode> send(
      @Nullable String session, String method, Map<String, ?> parameters) {
    int id = number.incrementAndGet();
    var reply = new CompletableFuture<JsonNode>();
    pending.put(id, reply);
    write(id, session, method, parameters);
    return reply;
  }

  /** Calls without waiting for the reply, as listeners have to. */
  void tell(@Nullable String session, String method, Map<String, ?> parameters) {
    write(number.incrementAndGet(), session, method, parameters);
  }

  private void write(int id, @Nullable String session, String method, Map<String, ?> parameters) {
    var message = new HashMap<String, Object>();
    message.put("id", id);
    message.put("method", method);
    message.put("params", parameters);
    if (session != null) {
      message.put("sessionId", session);
    }
    String text = JSON.writeValueAsString(message);
    synchronized (socket) { // one message at a time is all that a WebSocket takes
      socket.sendText(text, true).join();
    }
  }

  private void received(JsonNode message) {
    if (message.has("id")) {
      CompletableFuture<JsonNode> reply = pending.remove(message.get("id").asInt());
      if (reply != null) {
        reply.complete(message);
      }
      return;
    }
    BiConsumer<String, JsonNode> listener = listeners.get(message.path("sessionId").asString(""));
    if (listener != null) {
      listener.accept(message.get("method").asString(), message.get("params"));
    }
  }

  private final class Receiver implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        JsonNode message = JSON.readTree(text.toString());
        text.setLength(0);
        received(message);
      }
      from.request(1);
      return null;
    }
  }

  @Override
  public void close() {
    socket.abort();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      // Its children write into the profile until the last moment, which would fail its removal.
      deleted(profile);
    } catch (InterruptedException e) {
      process.destroyForcibly();
    }
  }

  private static void deleted(Path folder) throws InterruptedException {
    for (int attempt = 0; attempt < 50 && Files.exists(folder); attempt++) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException | UncheckedIOException e) {
        Thread.sleep(20);
      }
    }
  }
}
