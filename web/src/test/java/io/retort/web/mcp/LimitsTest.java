package io.retort.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.store.AnswerStore;
import io.retort.data.store.LedgerStore;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a key can use up, and what is left behind by its calls. */
@Timeout(300)
class LimitsTest {
  private static String pings(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Rpc.message(i, "ping", Map.of()))
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Test
  void everyMessageOfABatchCountsAsARequest(@TempDir Path dataDir) throws Exception {
    try (var server =
        new TestServer(
            dataDir, new FakeModels(), Map.of("retort.limits.requests-per-minute", "5"))) {
      var key = new Rpc(server.withKey("ask"));
      JsonNode replies = key.post(pings(8)).json();
      assertThat(replies.valueStream().filter(reply -> reply.has("result")).count()).isEqualTo(5);
      JsonNode refused = replies.get(7).get("error");
      assertThat(refused.get("code").asInt()).isEqualTo(-32000);
      assertThat(refused.get("data").get("code").asString()).isEqualTo("rate_limited");

      Client.Reply none = key.post(Rpc.message(1, "ping", Map.of()));
      assertThat(none.status()).isEqualTo(429);
      assertThat(Integer.parseInt(none.header("Retry-After"))).isPositive();
      assertThat(none.json().get("error").get("data").get("code").asString())
          .isEqualTo("rate_limited");
      // The owner of the process is not counted.
      assertThat(new Rpc(server.admin()).post(pings(8)).json().valueStream())
          .allMatch(reply -> reply.has("result"));
    }
  }

  /** Equal texts are one neighbour, so many copies leave fewer than were asked for. */
  @Test
  void aListThatMayLackSomethingSaysSo(@TempDir Path dataDir) throws Exception {
    try (var server =
        new TestServer(dataDir, new FakeModels(), Map.of("retort.retrieval.candidates", "1"))) {
      server.collection("copies");
      Client admin = server.admin();
      List<Map<String, String>> copies =
          IntStream.range(0, 20)
              .mapToObj(i -> Map.of("path", i + ".txt", "text", "Leave is five days, no more."))
              .toList();
      admin.awaitJob(
          admin.post(
              "/api/v1/collections/copies/documents", Client.json(Map.of("documents", copies))));
      var rpc = new Rpc(admin);
      Map<String, Map<String, Object>> calls =
          Map.of(
              "search", Map.of("query", "leave", "collection", "copies", "k", 2),
              "ask", Map.of("question", "leave", "collection", "copies", "k", 2));
      calls.forEach(
          (tool, arguments) -> {
            assertThat(rpc.done(tool, arguments).get("neighbours").size()).isEqualTo(1);
            JsonNode content =
                rpc.result("tools/call", Map.of("name", tool, "arguments", arguments))
                    .get("content");
            assertThat(content.size()).isEqualTo(2);
            assertThat(content.get(1).get("text").asString()).contains("candidates_exhausted");
          });
    }
  }

  @Test
  void aQuestionWithoutASlotIsRefusedAndNoAnswerIsKept(@TempDir Path dataDir) throws Exception {
    var models = new FakeModels();
    try (var server =
            new TestServer(
                dataDir,
                models,
                Map.of("retort.answers.slots", "1", "retort.answers.queue-per-slot", "0"));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      server.collection("handbook");
      Client admin = server.admin();
      admin.awaitJob(
          admin.post(
              "/api/v1/collections/handbook/documents",
              "{\"documents\":[{\"path\":\"a.txt\",\"text\":\"Leave is five days, and no more.\"}]}"));
      var rpc = new Rpc(admin);
      Map<String, String> waits = Map.of("question", "wait for leave", "collection", "handbook");
      Future<JsonNode> first = threads.submit(() -> rpc.done("ask", waits));
      while (models.generator().waiting() == 0) {
        Thread.onSpinWait();
      }
      assertThat(rpc.refused("ask", waits).get("code").asString()).isEqualTo("overloaded");
      models.generator().release(1);
      assertThat(first.get().get("abstained").asBoolean()).isFalse();
      assertThat(
              admin
                  .post("/api/v1/answers", "{\"question\":\"leave\",\"collection\":\"handbook\"}")
                  .status())
          .isEqualTo(200);
    }
    try (var store = LedgerStore.open(dataDir, Clock.systemUTC())) {
      var answers = new AnswerStore(store.dataSource(), Clock.systemUTC());
      // That of the REST API alone.
      assertThat(answers.removeOlderThan(Duration.ofSeconds(-60))).isEqualTo(1);
    }
  }
}
