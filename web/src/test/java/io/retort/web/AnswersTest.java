package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The answer flow from outside: whole, as a stream, kept, stopped, refused. */
@Timeout(300)
class AnswersTest {
  private static final String TEXT =
      "Leave policy 🌴\n\nEmployees may carry over up to five unused leave days into the next year."
          + " Carried days expire on 31 March.\n";

  @TempDir static Path dataDir;
  private static final FakeModels MODELS = new FakeModels();
  private static TestServer server;
  private static Client admin;

  @BeforeAll
  static void start() throws Exception {
    server =
        new TestServer(
            dataDir,
            MODELS,
            Map.of("retort.answers.slots", "2", "retort.answers.queue-per-slot", "2"));
    admin = server.admin();
    server.collection("handbook");
    put("leave.txt", TEXT);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String put(String path, String text) {
    var reply =
        admin.post(
            "/api/v1/collections/handbook/documents",
            Client.json(Map.of("documents", List.of(Map.of("path", path, "text", text)))));
    assertThat(admin.awaitJob(reply).get("state").asString()).isEqualTo("succeeded");
    return reply.json().get("items").get(0).get("document_id").asString();
  }

  private static String question(String question, String more) {
    return "{\"question\":\"" + question + "\",\"collection\":\"handbook\"" + more + "}";
  }

  private static JsonNode ask(String question, String more) {
    var reply = admin.post("/api/v1/answers", question(question, more));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  @Test
  void anAnswerHasEveryFieldOfTheContract() {
    JsonNode answer = ask("How many leave days?", ",\"include\":[\"tokens\"]");
    assertThat(answer.propertyNames())
        .containsExactly(
            "id",
            "question",
            "collection",
            "collections",
            "conversation_id",
            "answer",
            "abstained",
            "reason",
            "confidence",
            "min_confidence",
            "style",
            "finish_reason",
            "partial",
            "degraded",
            "citations",
            "unsupported",
            "neighbours",
            "trace",
            "tokens",
            "usage",
            "timings",
            "model",
            "created_at");
    assertThat(answer.get("citations").get(0).propertyNames())
        .containsExactly(
            "id",
            "collection",
            "document_id",
            "version",
            "title",
            "chunk_id",
            "page",
            "source_span",
            "answer_span",
            "quote",
            "score",
            "state",
            "url");
    assertThat(answer.get("neighbours").get(0).propertyNames())
        .containsExactly(
            "chunk_id",
            "document_id",
            "collection",
            "title",
            "version",
            "page",
            "span",
            "continuation",
            "text",
            "score",
            "rank",
            "source",
            "reranked");
    assertThat(answer.get("tokens").get(0).propertyNames())
        .containsExactly("index", "text", "answer_span", "logprob", "copy_share", "top_source");
    assertThat(answer.get("usage").propertyNames())
        .containsExactly("prompt_tokens", "generated_tokens", "neighbour_tokens", "retrievals");
    assertThat(answer.get("timings").propertyNames())
        .containsExactly(
            "queue_ms",
            "encode_ms",
            "retrieve_ms",
            "neighbour_encode_ms",
            "prefill_ms",
            "decode_ms",
            "verify_ms",
            "first_token_ms",
            "total_ms");
    assertThat(answer.get("model").propertyNames())
        .containsExactly(
            "decoder", "encoder", "fingerprint", "device", "chunk_length", "neighbours_in_prompt");
    assertThat(answer.get("created_at").asString())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    assertThat(answer.get("neighbours").get(0).get("text").isNull()).isTrue();
    var joined = new StringBuilder();
    answer.get("tokens").forEach(t -> joined.append(t.get("text").asString()));
    assertThat(joined.toString()).isEqualTo(answer.get("answer").asString());
  }

  @Test
  void aCitationsPlaceHoldsItsQuote() {
    JsonNode citation = ask("How many leave days?", "").get("citations").get(0);
    JsonNode span = citation.get("source_span");
    var passage =
        admin.get(
            "/api/v1/documents/%s/passage?start=%d&end=%d&version=%d"
                .formatted(
                    citation.get("document_id").asString(),
                    span.get("start").asInt(),
                    span.get("end").asInt(),
                    citation.get("version").asInt()));
    assertThat(passage.json().get("text").asString()).isEqualTo(citation.get("quote").asString());
    assertThat(citation.get("url").asString())
        .isEqualTo(
            "/documents/%s?version=1&start=%d&end=%d"
                .formatted(
                    citation.get("document_id").asString(),
                    span.get("start").asInt(),
                    span.get("end").asInt()));
  }

  @Test
  void aStreamTellsTheSameInOrderAndEndsOnce() {
    List<Client.Event> events =
        admin.stream("/api/v1/answers", question("How many leave days?", ""));
    List<String> names = events.stream().map(Client.Event::name).toList();
    assertThat(names.getFirst()).isEqualTo("retrieval");
    assertThat(names.subList(names.size() - 3, names.size()))
        .containsExactly("citation", "usage", "done");
    assertThat(names.stream().filter(n -> n.equals("done") || n.equals("error"))).hasSize(1);
    String id = events.getLast().data().get("id").asString();
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).id()).isEqualTo(id + ":" + (i + 1));
    }
    var joined = new StringBuilder();
    events.stream()
        .filter(e -> e.name().equals("token"))
        .forEach(e -> joined.append(e.data().get("text").asString()));
    assertThat(joined.toString()).isEqualTo(events.getLast().data().get("answer").asString());
    JsonNode whole = ask("How many leave days?", "");
    assertThat(events.getLast().data().get("answer")).isEqualTo(whole.get("answer"));
    assertThat(events.getLast().data().get("citations")).isEqualTo(whole.get("citations"));
  }

  @Test
  void anAbstentionHasNoAnswerAndItsReason() {
    JsonNode answer = ask("unsure about this", "");
    assertThat(answer.get("answer").isNull()).isTrue();
    assertThat(answer.get("abstained").asBoolean()).isTrue();
    assertThat(answer.get("reason").asString()).isEqualTo("low_confidence");
    assertThat(answer.get("citations")).isEmpty();
    assertThat(answer.get("neighbours")).isNotEmpty();
    List<Client.Event> events = admin.stream("/api/v1/answers", question("unsure about this", ""));
    assertThat(events)
        .extracting(Client.Event::name)
        .containsExactly("retrieval", "abstained", "usage", "done");
  }

  @Test
  void aFailureInAStreamIsItsLastEvent() {
    List<Client.Event> events = admin.stream("/api/v1/answers", question("fail now", ""));
    assertThat(events.getLast().name()).isEqualTo("error");
    assertThat(events.getLast().data().get("code").asString()).isEqualTo("internal_error");
    assertThat(events.getLast().data().get("trace_id").asString()).matches("[0-9a-f]{32}");
  }

  @Test
  void aKeptAnswerIsForWhoeverAsked() {
    Client asker = server.withKey("ask read");
    String id =
        asker
            .post("/api/v1/answers", question("How many leave days?", ""))
            .json()
            .get("id")
            .asString();
    JsonNode kept = asker.get("/api/v1/answers/" + id + "?include=tokens,neighbour_text").json();
    assertThat(kept.get("citations").get(0).get("quote").asString()).startsWith("Leave policy 🌴");
    assertThat(kept.get("tokens")).isNotEmpty();
    assertThat(kept.get("neighbours").get(0).get("text").asString()).contains("five unused");
    assertThat(asker.get("/api/v1/answers/" + id).json().get("tokens").isNull()).isTrue();
    assertThat(server.withKey("ask read").get("/api/v1/answers/" + id).code())
        .isEqualTo("answer_not_found");
    assertThat(admin.get("/api/v1/answers/" + id).code()).isEqualTo("answer_not_found");
  }

  @Test
  void anAnswerThatIsNotToBeKeptIsNot() {
    String id = ask("How many leave days?", ",\"store\":false").get("id").asString();
    assertThat(admin.get("/api/v1/answers/" + id).code()).isEqualTo("answer_not_found");
  }

  @Test
  void aCitationFollowsItsDocument() {
    String document = put("parking.txt", "Parking permits cost ninety crowns a month for staff.");
    String asked = "parking permits cost ninety crowns";
    JsonNode answer = ask(asked, ",\"k\":1");
    String id = answer.get("id").asString();
    assertThat(answer.get("citations").get(0).get("document_id").asString()).isEqualTo(document);
    assertThat(citation(id).get("state").asString()).isEqualTo("live");
    put("parking.txt", "Parking permits are free now for everybody who works here.");
    assertThat(citation(id).get("state").asString()).isEqualTo("replaced");
    assertThat(citation(id).get("quote").isNull()).isTrue();
    assertThat(knockOut(id, answer).status()).isEqualTo(410);
    assertThat(admin.delete("/api/v1/documents/" + document).status()).isEqualTo(204);
    assertThat(citation(id).get("state").asString()).isEqualTo("deleted");
    assertThat(admin.get("/api/v1/answers/" + id).text()).doesNotContain("ninety crowns a month");
  }

  private static JsonNode citation(String answer) {
    return admin.get("/api/v1/answers/" + answer).json().get("citations").get(0);
  }

  private static Client.Reply knockOut(String id, JsonNode answer) {
    return admin.post(
        "/api/v1/answers/" + id + ":knock-out",
        "{\"chunk_ids\":[" + answer.get("citations").get(0).get("chunk_id") + "]}");
  }

  @Test
  void aPurgeTakesTheAnswersWithTheDocument() {
    String document = put("canteen.txt", "Lunch in the canteen costs sixty crowns on weekdays.");
    JsonNode answer = ask("lunch canteen costs sixty crowns", ",\"k\":1");
    assertThat(answer.get("citations").get(0).get("document_id").asString()).isEqualTo(document);
    admin.delete("/api/v1/documents/" + document + "?purge_answers=true");
    assertThat(admin.get("/api/v1/answers/" + answer.get("id").asString()).status()).isEqualTo(404);
  }

  @Test
  void knockingANeighbourOutTellsWhatItCarried() {
    JsonNode answer = ask("How many leave days?", "");
    var reply = knockOut(answer.get("id").asString(), answer);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.json().get("knock_out").asDouble()).isEqualTo(1.0);
    assertThat(reply.json().propertyNames())
        .containsExactly("logprob", "masked_logprob", "knock_out");
    var foreign =
        admin.post(
            "/api/v1/answers/" + answer.get("id").asString() + ":knock-out",
            "{\"chunk_ids\":[\"doc_00000000000000000000000000:0\"]}");
    assertThat(foreign.code()).isEqualTo("invalid_parameter");
  }

  @Test
  void overloadIsRefusedQuicklyAndTheOthersAreAnswered() throws Exception {
    // Two slots and a queue of four.
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var waiting = new ArrayList<Future<Client.Reply>>();
      Callable<Client.Reply> call =
          () -> admin.post("/api/v1/answers", question("wait for it", ""));
      for (int i = 0; i < 6; i++) {
        waiting.add(threads.submit(call));
      }
      awaitStatus(4);
      long start = System.nanoTime();
      Client.Reply refused = call.call();
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("overloaded");
      assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
      assertThat(taken).isLessThan(Duration.ofMillis(500));
      assertThat(admin.get("/health").text()).contains("overloaded");
      MODELS.generator().release(6);
      for (Future<Client.Reply> reply : waiting) {
        assertThat(reply.get().status()).isEqualTo(200);
      }
      assertThat(admin.get("/health").status()).isEqualTo(200);
    }
  }

  private static void awaitStatus(int queued) {
    JsonNode queues;
    do {
      queues = admin.get("/api/v1/admin/status").json().get("queues");
    } while (queues.get("answers").asInt() < queued);
  }

  @Test
  void aClosedStreamStopsItsAnswer() throws Exception {
    int before = MODELS.generator().cancelled();
    var response =
        admin.open(
            admin
                .request("/api/v1/answers")
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString(question("wait and close", "")))
                .build());
    String id;
    try (var lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (!line.startsWith("id: ")) {
        line = lines.readLine();
      }
      id = line.substring("id: ".length(), line.lastIndexOf(':'));
    }
    long start = System.nanoTime();
    while (MODELS.generator().cancelled() == before) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      Thread.onSpinWait();
    }
    Client.Reply kept = admin.get("/api/v1/answers/" + id);
    while (kept.status() == 404) {
      kept = admin.get("/api/v1/answers/" + id);
    }
    assertThat(kept.json().get("finish_reason").asString()).isEqualTo("cancelled");
    assertThat(kept.json().get("partial").asBoolean()).isTrue();
  }

  @Test
  void anAnswerCanBeCancelledByItsId() throws Exception {
    var response =
        admin.open(
            admin
                .request("/api/v1/answers")
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString(question("wait for a cancel", "")))
                .build());
    try (var lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (!line.startsWith("id: ")) {
        line = lines.readLine();
      }
      String id = line.substring("id: ".length(), line.lastIndexOf(':'));
      assertThat(server.withKey("ask").post("/api/v1/answers/" + id + ":cancel", "").status())
          .isEqualTo(404);
      assertThat(admin.post("/api/v1/answers/" + id + ":cancel", "").status()).isEqualTo(204);
      List<Client.Event> rest =
          Client.events(String.join("\n", lines.lines().toList()).replaceFirst("^data.*\n", ""));
      assertThat(rest.getLast().name()).isEqualTo("done");
      assertThat(rest.getLast().data().get("finish_reason").asString()).isEqualTo("cancelled");
      assertThat(admin.post("/api/v1/answers/" + id + ":cancel", "").status()).isEqualTo(204);
    }
  }

  @Test
  void aDeadlineIsKept() {
    long start = System.nanoTime();
    var reply = admin.post("/api/v1/answers", question("wait too long", ",\"timeout_ms\":300"));
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    assertThat(reply.status()).isEqualTo(504);
    assertThat(reply.code()).isEqualTo("deadline_exceeded");
    assertThat(taken).isBetween(Duration.ofMillis(290), Duration.ofMillis(1_500));
  }

  private static Client.Reply repeatable(String key, String accept, String question) {
    return admin.send(
        admin
            .request("/api/v1/answers")
            .header("Content-Type", "application/json")
            .header("Accept", accept)
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(question(question, "")))
            .build());
  }

  @Test
  void aRepeatedQuestionIsAnsweredOnce() {
    Client.Reply first = repeatable("once", "application/json", "How many leave days?");
    Client.Reply second = repeatable("once", "application/json", "How many leave days?");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.header("Idempotency-Replayed")).isEmpty();
    assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(repeatable("once", "application/json", "How many?").code())
        .isEqualTo("idempotency_key_reused");
    assertThat(repeatable("a b", "application/json", "How many?").code())
        .isEqualTo("invalid_parameter");
  }

  @Test
  void aRepeatedStreamIsItsLastEvent() {
    Client.Reply first = repeatable("stream", "text/event-stream", "How many leave days?");
    Client.Reply second = repeatable("stream", "text/event-stream", "How many leave days?");
    assertThat(second.header("Content-Type")).startsWith("text/event-stream");
    List<Client.Event> events = Client.events(second.text());
    assertThat(events).hasSize(1);
    assertThat(events.getFirst()).isEqualTo(Client.events(first.text()).getLast());
  }

  @Test
  void aRepeatOfARunningQuestionIsAskedToWait() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Client.Reply> first =
          threads.submit(() -> repeatable("slow", "application/json", "wait for the first"));
      while (MODELS.generator().waiting() == 0) {
        Thread.onSpinWait();
      }
      Client.Reply second = repeatable("slow", "application/json", "wait for the first");
      assertThat(second.code()).isEqualTo("idempotency_in_progress");
      assertThat(second.header("Retry-After")).isEqualTo("1");
      MODELS.generator().release(1);
      assertThat(first.get().status()).isEqualTo(200);
    }
  }

  @Test
  void rawScoresAreShownToAdministratorsWhoAsk() {
    JsonNode neighbour =
        ask("How many leave days?", ",\"include\":[\"raw_scores\"]").get("neighbours").get(0);
    assertThat(neighbour.get("raw").propertyNames()).containsExactly("dense", "lexical");
  }

  @Test
  void aSecondOrderBringsUpWhatIsRelevant() {
    put("parking-1.txt", "Parking permit fees gravel yard.");
    put("parking-2.txt", "Parking permit fees.");
    put("parking-3.txt", "Parking of bicycles, which is the relevant one among these texts.");
    String search = "{\"query\":\"parking permit fees gravel yard\",\"mode\":\"lexical\",%s}";
    String wanted = "\"collection\":\"handbook\",\"k\":2";
    JsonNode once = admin.post("/api/v1/search", search.formatted(wanted)).json();
    JsonNode twice =
        admin.post("/api/v1/search", search.formatted(wanted + ",\"rerank\":true")).json();
    assertThat(titles(once.get("neighbours"))).containsExactly("parking-1", "parking-2");
    assertThat(titles(twice.get("neighbours"))).containsExactly("parking-1", "parking-3");
    assertThat(once.get("neighbours").get(0).get("reranked").asBoolean()).isFalse();
    assertThat(twice.get("neighbours").get(0).get("reranked").asBoolean()).isTrue();
    assertThat(twice.get("neighbours").get(1).get("rank").asInt()).isEqualTo(2);

    JsonNode answer =
        ask("parking permit fees gravel yard", ",\"mode\":\"lexical\",\"k\":2,\"rerank\":true");
    assertThat(titles(answer.get("neighbours"))).containsExactly("parking-1", "parking-3");
    assertThat(answer.get("neighbours").get(1).get("reranked").asBoolean()).isTrue();
    assertThat(answer.get("trace").get(0).get("neighbours")).hasSize(2);
    assertThat(admin.get("/actuator/prometheus").text())
        .contains("retort_stage_duration_seconds_count{stage=\"rerank\"}");
  }

  private static List<String> titles(JsonNode neighbours) {
    return neighbours.valueStream().map(neighbour -> neighbour.get("title").asString()).toList();
  }
}
