package io.retort.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.RawStream;
import io.retort.web.fakes.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** What a client sees of a call that takes its time, and how it stops one. */
@Timeout(300)
class ProgressTest {
  private static final String VERSION = "2025-11-25";

  @TempDir static Path dataDir;
  private static final FakeModels MODELS = new FakeModels();
  private static TestServer server;
  private static Client asker;
  private ExecutorService callers;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, MODELS, Map.of("retort.answers.slots", "2"));
    server.collection("handbook");
    server
        .admin()
        .awaitJob(
            server
                .admin()
                .post(
                    "/api/v1/collections/handbook/documents",
                    "{\"documents\":[{\"path\":\"leave.txt\",\"text\":\"Employees may carry over"
                        + " up to five unused leave days.\"}]}"));
    asker = server.withKey("ask", "handbook");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void hire() {
    callers = Executors.newVirtualThreadPerTaskExecutor();
  }

  @AfterEach
  void nothingRunsOn() {
    await(() -> MODELS.generator().waiting() == 0);
    callers.close();
  }

  private static void await(BooleanSupplier state) {
    while (!state.getAsBoolean()) {
      LockSupport.parkNanos(1_000_000);
      if (Thread.interrupted()) {
        throw new AssertionError("it did not come to this in time");
      }
    }
  }

  /** The official transport, which also tells which requests went over it. */
  private static final class Overheard implements McpClientTransport {
    private final McpClientTransport transport =
        HttpClientStreamableHttpTransport.builder(server.address())
            .requestBuilder(asker.request("/mcp"))
            .supportedProtocolVersions(List.of(VERSION))
            .build();

    private final BlockingQueue<Object> calls = new LinkedBlockingQueue<>();

    @Override
    public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
      return transport.connect(handler);
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
      if (message instanceof JSONRPCRequest request && request.method().equals("tools/call")) {
        calls.add(request.id());
      }
      return transport.sendMessage(message);
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
      return transport.unmarshalFrom(data, type);
    }

    @Override
    public List<String> protocolVersions() {
      return transport.protocolVersions();
    }

    @Override
    public Mono<Void> closeGracefully() {
      return transport.closeGracefully();
    }
  }

  private static CallToolRequest ask(String question, String token) {
    return CallToolRequest.builder("ask")
        .arguments(Map.of("question", question, "collection", "handbook"))
        .progressToken(token)
        .build();
  }

  @Test
  void theOfficialClientSeesProgressAndThenTheAnswer() {
    var seen = new LinkedBlockingQueue<ProgressNotification>();
    try (McpSyncClient client =
        McpClient.sync(new Overheard())
            .requestTimeout(Duration.ofSeconds(60))
            .progressConsumer(seen::add)
            .build()) {
      client.initialize();
      CallToolResult result = client.callTool(ask("How many leave days?", "watch me"));
      assertThat(result.isError()).isFalse();
      assertThat(result.structuredContent().toString()).contains("Employees may carry over");
      await(() -> seen.size() >= 3);
    }
    assertThat(seen).allMatch(news -> news.progressToken().equals("watch me"));
    assertThat(seen).extracting(ProgressNotification::progress).doesNotHaveDuplicates();
    assertThat(seen)
        .extracting(ProgressNotification::progress)
        .isSortedAccordingTo(Double::compare);
    assertThat(seen)
        .extracting(ProgressNotification::message)
        .startsWith("the question waits for its turn", "passages were found")
        .anyMatch(message -> message.startsWith("the answer is being written"));
  }

  @Test
  void theOfficialClientsCancellationFreesTheSlot() throws Exception {
    var transport = new Overheard();
    int before = MODELS.generator().cancelled();
    McpSyncClient client = McpClient.sync(transport).requestTimeout(Duration.ofSeconds(5)).build();
    try {
      client.initialize();
      Future<?> call = callers.submit(() -> client.callTool(ask("wait for ever", "stop me")));
      Object id = transport.calls.take();
      await(() -> MODELS.generator().waiting() == 1);
      transport
          .sendMessage(
              new JSONRPCNotification(
                  "2.0", "notifications/cancelled", Map.of("requestId", id, "reason", "bored")))
          .block();
      await(() -> MODELS.generator().cancelled() == before + 1);
      assertThat(client.callTool(ask("How many leave days?", "next")).isError()).isFalse();
      assertThat(call).as("a cancelled request has no answer").failsWithin(Duration.ofMinutes(1));
    } finally {
      client.close();
    }
  }

  private static String call(int id, String question, String meta) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"ask\","
            .formatted(id)
        + "\"arguments\":{\"question\":\"%s\",\"collection\":\"handbook\"}%s}}"
            .formatted(question, meta);
  }

  private static final String TOKEN = ",\"_meta\":{\"progressToken\":17}";

  private static void cancel(Client of, String session, int id) {
    var reply =
        of.send(
            new Rpc(of)
                .request()
                .header("MCP-Session-Id", session)
                .POST(
                    BodyPublishers.ofString(
                        Client.json(
                            Map.of(
                                "jsonrpc",
                                "2.0",
                                "method",
                                "notifications/cancelled",
                                "params",
                                Map.of("requestId", id)))))
                .build());
    assertThat(reply.status()).isEqualTo(202);
  }

  private Future<Client.Reply> post(Client of, String session, String body) {
    return callers.submit(
        () ->
            of.send(
                new Rpc(of)
                    .request()
                    .header("MCP-Session-Id", session)
                    .POST(BodyPublishers.ofString(body))
                    .build()));
  }

  @Test
  void aStreamIsProgressAndThenTheResponse() throws Exception {
    Client.Reply reply = post(asker, "one", call(7, "How many leave days?", TOKEN)).get();
    assertThat(reply.header("Content-Type")).startsWith("text/event-stream");
    List<JsonNode> messages = messages(reply.text());
    for (int i = 0; i < messages.size() - 1; i++) {
      JsonNode news = messages.get(i);
      assertThat(news.propertyNames()).containsExactly("jsonrpc", "method", "params");
      assertThat(news.get("method").asString()).isEqualTo("notifications/progress");
      assertThat(news.get("params").propertyNames())
          .containsExactly("progressToken", "progress", "message");
      assertThat(news.get("params").get("progressToken").asInt()).isEqualTo(17);
      assertThat(news.get("params").get("progress").asInt()).isEqualTo(i);
    }
    assertThat(messages).hasSizeGreaterThanOrEqualTo(4);
    assertThat(messages.getLast().propertyNames()).containsExactly("jsonrpc", "id", "result");
    assertThat(messages.getLast().get("id").asInt()).isEqualTo(7);
  }

  private static List<JsonNode> messages(String stream) {
    var json = new tools.jackson.databind.json.JsonMapper();
    return stream
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> json.readTree(line.substring("data: ".length())))
        .toList();
  }

  @Test
  void whoeverDoesNotWatchOrTakesNoStreamGetsJson() throws Exception {
    Client.Reply silent = post(asker, "one", call(7, "How many leave days?", "")).get();
    assertThat(silent.header("Content-Type")).isEqualTo("application/json");
    Client.Reply noStream =
        asker.send(
            asker
                .request("/mcp")
                .header("Accept", "application/json")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(call(7, "How many leave days?", TOKEN)))
                .build());
    assertThat(noStream.header("Content-Type")).isEqualTo("application/json");
    assertThat(noStream.json().get("result").get("isError").asBoolean()).isFalse();
  }

  @Test
  void aTokenThatIsNoneIsRefused() throws Exception {
    JsonNode error =
        post(asker, "one", call(7, "How many leave days?", ",\"_meta\":{\"progressToken\":[1]}"))
            .get()
            .json()
            .get("error");
    assertThat(error.get("code").asInt()).isEqualTo(-32602);
    assertThat(error.get("message").asString()).contains("progressToken");
  }

  @Test
  void aRefusalComesAtTheEndOfTheStreamToo() throws Exception {
    List<JsonNode> messages =
        messages(
            post(asker, "one", call(7, "leave?", TOKEN).replace("handbook", "nowhere"))
                .get()
                .text());
    assertThat(messages.getLast().get("result").get("isError").asBoolean()).isTrue();
  }

  @Test
  void aCancelledStreamEndsWithoutAResponse() throws Exception {
    Future<Client.Reply> watched = post(asker, "one", call(7, "wait for ever", TOKEN));
    await(() -> MODELS.generator().waiting() == 1);
    cancel(asker, "one", 7);
    assertThat(messages(watched.get().text())).allMatch(message -> message.has("method"));

    Future<Client.Reply> silent = post(asker, "one", call(8, "wait for ever", ""));
    await(() -> MODELS.generator().waiting() == 1);
    cancel(asker, "one", 8);
    assertThat(silent.get().json().get("error").get("message").asString()).contains("cancelled");
  }

  @Test
  void nobodyStopsTheCallsOfOthers() throws Exception {
    Client other = server.withKey("ask", "handbook");
    Future<Client.Reply> mine = post(asker, "mine", call(7, "wait for the right one", ""));
    await(() -> MODELS.generator().waiting() == 1);
    cancel(other, "mine", 7);
    cancel(asker, "another window", 7);
    cancel(asker, "mine", 8);
    MODELS.generator().release(1);
    assertThat(mine.get().json().get("result").get("isError").asBoolean()).isFalse();
  }

  @Test
  void ofTwoCallsWithOneIdNeitherIsStopped() throws Exception {
    Future<Client.Reply> first = post(asker, "one", call(7, "wait first", ""));
    Future<Client.Reply> second = post(asker, "one", call(7, "wait second", ""));
    await(() -> MODELS.generator().waiting() == 2);
    cancel(asker, "one", 7);
    MODELS.generator().release(2);
    assertThat(first.get().json().has("result")).isTrue();
    assertThat(second.get().json().has("result")).isTrue();
  }

  @Test
  void aClientThatIsGoneLeavesNothingToFinish() {
    int before = MODELS.generator().cancelled();
    RawStream stream = RawStream.open(asker.request("/mcp"), call(7, "wait for nobody", TOKEN));
    await(() -> MODELS.generator().waiting() == 1);
    stream.close();
    await(() -> MODELS.generator().cancelled() == before + 1);
  }
}
