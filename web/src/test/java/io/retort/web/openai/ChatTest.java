package io.retort.web.openai;

import static io.retort.web.openai.OpenAiAssertions.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.generator.GenerationRequest;
import io.retort.generator.Sampling;
import io.retort.generator.Turn;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import io.retort.web.openai.ChatStreamChecker.Told;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chat completions from outside: whole, as a stream, with history, stopped, refused. */
@Timeout(300)
class ChatTest {
  private static final String PATH = "/v1/chat/completions";
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
            Map.of("retort.answers.slots", "2", "retort.answers.queue-per-slot", "1"));
    admin = server.admin();
    for (String collection : List.of("handbook", "theirs", "empty")) {
      server.collection(collection);
    }
    put("handbook", "leave.txt", TEXT);
    put("theirs", "canary.txt", "The canary word of the others is xylophone, and only theirs.");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void put(String collection, String path, String text) {
    var reply =
        admin.post(
            "/api/v1/collections/" + collection + "/documents",
            Client.json(Map.of("documents", List.of(Map.of("path", path, "text", text)))));
    assertThat(admin.awaitJob(reply).get("state").asString()).isEqualTo("succeeded");
  }

  private static String chat(String question, String more) {
    return "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":\""
        + question
        + "\"}]"
        + more
        + "}";
  }

  private static JsonNode complete(String body) {
    var reply = admin.post(PATH, body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    return reply.json();
  }

  private static String streamed(String body) {
    var reply = admin.post(PATH, body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).startsWith("text/event-stream");
    assertThat(reply.header("Cache-Control")).isEqualTo("no-cache");
    return reply.text();
  }

  private static Told stream(String question, String more) {
    return ChatStreamChecker.check(streamed(chat(question, ",\"stream\":true" + more)), false);
  }

  private static List<String> texts(JsonNode array) {
    return array.valueStream().map(JsonNode::asString).toList();
  }

  @Test
  void aCompletionHasEveryFieldOfTheContract() {
    JsonNode completion = complete(chat("How many leave days?", ""));
    assertThat(completion.propertyNames())
        .containsExactly(
            "id",
            "object",
            "created",
            "model",
            "system_fingerprint",
            "choices",
            "usage",
            "citations",
            "retort");
    String answerId = completion.get("retort").get("answer_id").asString();
    assertThat(completion.get("id").asString()).isEqualTo("chatcmpl-" + answerId);
    assertThat(completion.get("object").asString()).isEqualTo("chat.completion");
    assertThat(completion.get("created").longValue())
        .isBetween(1_700_000_000L, System.currentTimeMillis() / 1_000 + 1);
    assertThat(completion.get("model").asString()).isEqualTo("handbook");
    assertThat(completion.get("system_fingerprint").asString()).isEqualTo("sha256:all");
    assertThat(completion.get("choices")).hasSize(1);
    JsonNode choice = completion.get("choices").get(0);
    assertThat(choice.propertyNames())
        .containsExactly("index", "finish_reason", "logprobs", "message");
    assertThat(choice.get("index").intValue()).isZero();
    assertThat(choice.get("finish_reason").asString()).isEqualTo("stop");
    assertThat(choice.get("logprobs").isNull()).isTrue();
    assertThat(choice.get("message").propertyNames())
        .containsExactly("role", "content", "refusal", "annotations");
    assertThat(choice.get("message").get("role").asString()).isEqualTo("assistant");
    assertThat(choice.get("message").get("refusal").isNull()).isTrue();
    JsonNode usage = completion.get("usage");
    assertThat(usage.get("prompt_tokens").intValue()).isEqualTo(10);
    assertThat(usage.get("completion_tokens").intValue()).isPositive();
    assertThat(usage.get("total_tokens").intValue())
        .isEqualTo(10 + usage.get("completion_tokens").intValue());
    assertThat(completion.get("retort").propertyNames())
        .containsExactly(
            "answer_id", "abstained", "reason", "confidence", "unsupported", "ignored");
  }

  @Test
  void annotationsAreTheCitationsWithAbsoluteAddresses() {
    JsonNode completion = complete(chat("How many leave days?", ""));
    JsonNode message = completion.get("choices").get(0).get("message");
    JsonNode kept =
        admin.get("/api/v1/answers/" + completion.get("retort").get("answer_id").asString()).json();
    assertThat(completion.get("citations")).isNotEmpty().isEqualTo(kept.get("citations"));
    assertThat(message.get("content")).isEqualTo(kept.get("answer"));
    assertThat(message.get("annotations")).hasSize(kept.get("citations").size());
    JsonNode annotation = message.get("annotations").get(0);
    assertThat(annotation.propertyNames()).containsExactly("type", "url_citation");
    assertThat(annotation.get("type").asString()).isEqualTo("url_citation");
    JsonNode citation = kept.get("citations").get(0);
    JsonNode url = annotation.get("url_citation");
    assertThat(url.propertyNames()).containsExactly("start_index", "end_index", "title", "url");
    assertThat(url.get("start_index")).isEqualTo(citation.get("answer_span").get("start"));
    assertThat(url.get("end_index")).isEqualTo(citation.get("answer_span").get("end"));
    assertThat(url.get("title").asString()).isEqualTo("leave");
    assertThat(url.get("url").asString())
        .isEqualTo(server.address() + citation.get("url").asString());
    // A palm is one code point and two UTF-16 units.
    String content = message.get("content").asString();
    assertThat(content).contains("🌴");
    assertThat(url.get("end_index").intValue())
        .isEqualTo(content.codePointCount(0, content.length()));
  }

  @Test
  void aStreamTellsWhatTheWholeSays() {
    JsonNode whole = complete(chat("How many leave days?", ""));
    Told told = stream("How many leave days?", "");
    JsonNode message = whole.get("choices").get(0).get("message");
    assertThat(told.content()).isEqualTo(message.get("content").asString());
    assertThat(told.annotations()).isEqualTo(message.get("annotations"));
    assertThat(told.finishReason()).isEqualTo("stop");
    assertThat(told.last().get("citations")).isEqualTo(whole.get("citations"));
    assertThat(told.last().get("model")).isEqualTo(whole.get("model"));
    assertThat(told.last().get("system_fingerprint")).isEqualTo(whole.get("system_fingerprint"));
    assertThat(told.retort().propertyNames())
        .containsExactlyElementsOf(whole.get("retort").propertyNames());
    assertThat(told.last().get("id").asString())
        .isEqualTo("chatcmpl-" + told.retort().get("answer_id").asString());
  }

  @Test
  void aStreamEndsWithTheUsageIfAskedFor() {
    JsonNode whole = complete(chat("How many leave days?", ""));
    String more = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
    String stream = streamed(chat("How many leave days?", more));
    assertThat(ChatStreamChecker.check(stream, true).usage()).isEqualTo(whole.get("usage"));
    String not = ",\"stream\":true,\"stream_options\":{\"include_usage\":false}";
    ChatStreamChecker.check(streamed(chat("How many leave days?", not)), false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "application/json", "text/event-stream", "*/*"})
  void theBodyAndNotTheAcceptHeaderSaysWhetherItIsAStream(String accept) {
    for (boolean streamed : List.of(true, false)) {
      var request =
          admin
              .request(PATH)
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(chat("How many?", ",\"stream\":" + streamed)));
      if (!accept.isEmpty()) {
        request.header("Accept", accept);
      }
      Client.Reply reply = admin.send(request.build());
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      assertThat(reply.header("Content-Type"))
          .startsWith(streamed ? "text/event-stream" : "application/json");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "handbook, unsure about this, low_confidence, 'I found related passages, but no answer I can stand behind.'",
    "empty, anything at all, no_relevant_passage, I found nothing about this in these documents.",
  })
  void anAbstentionIsOrdinaryContent(
      String collection, String question, String reason, String words) {
    String body = chat(question, "").replace("handbook", collection);
    JsonNode completion = complete(body);
    JsonNode choice = completion.get("choices").get(0);
    assertThat(choice.get("message").get("content").asString()).isEqualTo(words);
    assertThat(choice.get("message").get("annotations")).isEmpty();
    assertThat(choice.get("finish_reason").asString()).isEqualTo("stop");
    assertThat(completion.get("citations")).isEmpty();
    assertThat(completion.get("retort").get("abstained").booleanValue()).isTrue();
    assertThat(completion.get("retort").get("reason").asString()).isEqualTo(reason);

    Told told =
        ChatStreamChecker.check(
            streamed(body.replace("\"messages\"", "\"stream\":true,\"messages\"")), false);
    assertThat(told.content()).isEqualTo(words);
    assertThat(told.finishReason()).isEqualTo("stop");
    assertThat(told.annotations()).isNull();
    assertThat(told.retort().get("abstained").booleanValue()).isTrue();
    assertThat(told.retort().get("reason").asString()).isEqualTo(reason);
  }

  @Test
  void whatIsCutByTheLimitOfTokensSaysSo() {
    JsonNode completion = complete(chat("cut it short", ""));
    assertThat(completion.get("choices").get(0).get("finish_reason").asString())
        .isEqualTo("length");
    assertThat(stream("cut it short", "").finishReason()).isEqualTo("length");
  }

  @Test
  void logprobsStandBesideTheirTokens() {
    JsonNode choice = complete(chat("How many?", ",\"logprobs\":true")).get("choices").get(0);
    assertThat(choice.get("logprobs").propertyNames()).containsExactly("content", "refusal");
    JsonNode tokens = choice.get("logprobs").get("content");
    var joined = new StringBuilder();
    for (JsonNode token : tokens) {
      assertThat(token.propertyNames())
          .containsExactly("token", "logprob", "bytes", "top_logprobs");
      assertThat(token.get("logprob").doubleValue()).isEqualTo(-0.1);
      byte[] utf8 = token.get("token").asString().getBytes(StandardCharsets.UTF_8);
      assertThat(token.get("bytes")).hasSize(utf8.length);
      for (int i = 0; i < utf8.length; i++) {
        assertThat(token.get("bytes").get(i).intValue()).isEqualTo(utf8[i] & 0xFF);
      }
      joined.append(token.get("token").asString());
    }
    assertThat(joined.toString()).isEqualTo(choice.get("message").get("content").asString());
    Told told = stream("How many?", ",\"logprobs\":true");
    assertThat(told.logprobs()).containsExactlyElementsOf(tokens);
    assertThat(stream("How many?", "").logprobs()).isEmpty();
    JsonNode abstained = complete(chat("unsure", ",\"logprobs\":true")).get("choices").get(0);
    assertThat(abstained.get("logprobs").isNull()).isTrue();
  }

  @Test
  void moreIsShownOnlyIfAskedFor() {
    JsonNode shown =
        complete(
                chat(
                    "How many leave days?",
                    ",\"retort\":{\"include\":[\"tokens\",\"neighbour_text\"]}"))
            .get("retort");
    assertThat(shown.get("tokens")).isNotEmpty();
    assertThat(shown.get("neighbours").get(0).get("text").asString()).contains("five unused");
    Told told = stream("How many?", ",\"retort\":{\"include\":[\"raw_scores\"]}");
    assertThat(told.retort().get("neighbours").get(0).get("raw")).isNotEmpty();
    assertThat(told.retort().has("tokens")).isFalse();
  }

  private static GenerationRequest asked(String more) {
    complete(chat("How many leave days?", more));
    return MODELS.generator().lastRequest();
  }

  @Test
  void parametersReachTheModel() {
    GenerationRequest plain = asked("");
    assertThat(plain.question()).isEqualTo("How many leave days?");
    assertThat(plain.sampling()).isEqualTo(Sampling.of(0, 1, 0));
    assertThat(plain.maxTokens()).isEqualTo(64);
    assertThat(plain.stop()).isEmpty();
    assertThat(plain.history()).isEmpty();
    GenerationRequest set =
        asked(
            ",\"temperature\":0.5,\"top_p\":0.9,\"seed\":7,\"stop\":[\"\\n\",\"END\"],"
                + "\"retort\":{\"style\":\"paragraph\",\"min_confidence\":0.25,"
                + "\"freeze_neighbours\":true}");
    assertThat(set.sampling()).isEqualTo(Sampling.of(0.5, 0.9, 7));
    assertThat(set.stop()).containsExactly("\n", "END");
    assertThat(set.style().toString()).isEqualTo("paragraph");
    assertThat(set.maxTokens()).isEqualTo(256);
    assertThat(set.minConfidence()).isEqualTo(0.25);
    assertThat(set.freezeNeighbours()).isTrue();
    assertThat(asked(",\"stop\":\"END\"").stop()).containsExactly("END");
    assertThat(asked(",\"stop\":null").stop()).isEmpty();
  }

  @Test
  void anOptionOfOursBeatsItsNamesake() {
    String more = ",\"temperature\":0.5,\"retort\":{\"temperature\":0.75,\"seed\":null},\"seed\":9";
    assertThat(asked(more).sampling()).isEqualTo(Sampling.of(0.75, 1, 9));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"max_tokens\":10 | 10",
        "\"max_completion_tokens\":7 | 7",
        "\"max_tokens\":10,\"max_completion_tokens\":7 | 7",
        "\"max_tokens\":100000 | 64",
        "\"max_tokens\":200,\"retort\":{\"max_tokens\":100} | 100",
        "\"max_tokens\":50,\"retort\":{\"max_tokens\":100} | 50",
        "\"max_tokens\":100,\"retort\":{\"style\":\"short\"} | 32",
      })
  void theLowestOfTheLimitsOfTokensHolds(String more, int most) {
    assertThat(asked("," + more).maxTokens()).isEqualTo(most);
  }

  private static final String TALK =
      "[{\"role\":\"system\",\"content\":\"Be a pirate.\"},"
          + "{\"role\":\"user\",\"content\":\"First?\"},"
          + "{\"role\":\"assistant\",\"content\":\"One.\"},"
          + "{\"role\":\"user\",\"content\":\"Again?\"},"
          + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Second\"},"
          + "{\"type\":\"text\",\"text\":\"question?\"}],\"name\":\"Ann\"},"
          + "{\"role\":\"developer\",\"content\":\"Rhyme.\"},"
          + "{\"role\":\"assistant\",\"content\":\"Two.\",\"refusal\":null},"
          + "{\"role\":\"user\",\"content\":\"Third?\"}]";

  private static JsonNode talk(int turns) {
    return complete(
        "{\"model\":\"handbook\",\"messages\":"
            + TALK
            + ",\"retort\":{\"history_turns\":"
            + turns
            + "}}");
  }

  @Test
  void withoutHistoryEarlierMessagesAreIgnoredAndSaidToBe() {
    JsonNode ignored = talk(0).get("retort").get("ignored");
    assertThat(MODELS.generator().lastRequest().question()).isEqualTo("Third?");
    assertThat(MODELS.generator().lastRequest().history()).isEmpty();
    assertThat(texts(ignored))
        .containsExactly(
            "messages[0]",
            "messages[1]",
            "messages[2]",
            "messages[3]",
            "messages[4]",
            "messages[5]",
            "messages[6]");
  }

  @Test
  void asManyTurnsAsAskedForGoBeforeTheQuestion() {
    Turn second = new Turn("Second\nquestion?", "Two.");
    JsonNode one = talk(1).get("retort").get("ignored");
    assertThat(MODELS.generator().lastRequest().history()).containsExactly(second);
    assertThat(texts(one))
        .containsExactly(
            "messages[0]",
            "messages[1]",
            "messages[2]",
            "messages[3]",
            "messages[4].name",
            "messages[5]",
            "messages[6].refusal");
    JsonNode all = talk(4).get("retort").get("ignored");
    assertThat(MODELS.generator().lastRequest().history())
        .containsExactly(new Turn("First?", "One."), second);
    assertThat(texts(all)).contains("messages[0]", "messages[3]").doesNotContain("messages[1]");
  }

  @Test
  void ofATurnWithoutAnAnswerTheQuestionCounts() {
    String none =
        complete(chat("unsure about this", ""))
            .get("choices")
            .get(0)
            .get("message")
            .get("content")
            .asString();
    JsonNode ignored =
        complete(
                Client.json(
                    Map.of(
                        "model",
                        "handbook",
                        "messages",
                        List.of(
                            Map.of("role", "user", "content", "First?"),
                            Map.of("role", "assistant", "content", "One."),
                            Map.of("role", "user", "content", "unsure about this"),
                            Map.of("role", "assistant", "content", none),
                            Map.of("role", "user", "content", "leave days?")),
                        "retort",
                        Map.of("history_turns", 2))))
            .get("retort")
            .get("ignored");
    assertThat(MODELS.generator().lastRequest().history())
        .containsExactly(new Turn("First?", "One."), new Turn("unsure about this", ""));
    assertThat(texts(ignored)).containsExactly("messages[3]");
  }

  @Test
  void aKnockOutScoresUnderTheSameHistory() {
    JsonNode completion = talk(1);
    GenerationRequest made = MODELS.generator().lastRequest();
    String id = completion.get("retort").get("answer_id").asString();
    var reply =
        admin.post(
            "/api/v1/answers/" + id + ":knock-out",
            "{\"chunk_ids\":[" + completion.get("citations").get(0).get("chunk_id") + "]}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    GenerationRequest scored = MODELS.generator().lastKnockOut();
    assertThat(scored.history()).isNotEmpty().isEqualTo(made.history());
    assertThat(scored.question()).isEqualTo(made.question());
    assertThat(scored.maxTokens()).isEqualTo(made.maxTokens());
  }

  @Test
  void whatHasNoEffectIsListed() {
    JsonNode ignored =
        complete(
                "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":\"How?\","
                    + "\"name\":\"Ann\"}],\"user\":\"u1\",\"metadata\":{\"a\":\"b\"},"
                    + "\"store\":false,\"frobnicate\":[1],"
                    + "\"stream_options\":{\"include_obfuscation\":false}}")
            .get("retort")
            .get("ignored");
    assertThat(texts(ignored))
        .containsExactly(
            "messages[0].name",
            "user",
            "metadata",
            "store",
            "frobnicate",
            "stream_options",
            "stream_options.include_obfuscation");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"n\":1",
        "\"n\":null",
        "\"tools\":[]",
        "\"functions\":[]",
        "\"tool_choice\":\"none\"",
        "\"tool_choice\":\"auto\"",
        "\"response_format\":{\"type\":\"text\"}",
        "\"top_logprobs\":0",
        "\"presence_penalty\":0.0",
        "\"frequency_penalty\":0",
        "\"logit_bias\":{}",
        "\"modalities\":[\"text\"]",
        "\"audio\":null",
      })
  void aNeutralValueIsTaken(String more) {
    assertThat(complete(chat("How many?", "," + more)).get("retort").get("ignored")).isEmpty();
  }

  @Test
  void anAnswerIsKeptForWhoeverAsked() {
    Client asker = server.withKey("ask");
    String id =
        asker.post(PATH, chat("How many?", "")).json().get("retort").get("answer_id").asString();
    assertThat(asker.get("/api/v1/answers/" + id).status()).isEqualTo(200);
    assertThat(server.withKey("ask").get("/api/v1/answers/" + id).status()).isEqualTo(404);
  }

  @Test
  void aForeignCollectionIsNoModel() {
    Client mine = server.withKey("ask read write", "handbook");
    Client.Reply foreign = mine.post(PATH, chat("xylophone", "").replace("handbook", "theirs"));
    assertError(foreign, 404, "invalid_request_error", "model", "model_not_found");
    Client.Reply missing = mine.post(PATH, chat("xylophone", "").replace("handbook", "nowhere"));
    assertThat(foreign.text()).isEqualTo(missing.text());
    for (String more : List.of("", ",\"stream\":true", ",\"retort\":{\"k\":32}")) {
      Client.Reply own = mine.post(PATH, chat("What is the canary word of the others?", more));
      assertThat(own.status()).isEqualTo(200);
      assertThat(own.text()).doesNotContain("xylophone").doesNotContain("theirs");
    }
    assertThat(admin.post(PATH, chat("canary word", "").replace("handbook", "theirs")).text())
        .contains("canary");
  }

  @Test
  void aFailureBeforeTheFirstByteIsAStatus() {
    Client.Reply failed = admin.post(PATH, chat("fail now", ""));
    assertError(failed, 500, "server_error", null, "internal_error");
    long start = System.nanoTime();
    Client.Reply late = admin.post(PATH, chat("wait long", ",\"retort\":{\"timeout_ms\":300}"));
    assertError(late, 504, "server_error", null, "deadline_exceeded");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @CsvSource({
    "fail now, '', internal_error, 2",
    "break after all, '', internal_error, 7",
    "wait long, ',\"retort\":{\"timeout_ms\":300}', deadline_exceeded, 2"
  })
  void aFailureInAStreamIsItsLastEventAndItIsNeverDone(
      String question, String more, String code, int atLeast) {
    List<String> data = ChatStreamChecker.data(streamed(chat(question, ",\"stream\":true" + more)));
    assertThat(data).hasSizeGreaterThanOrEqualTo(atLeast).doesNotContain("[DONE]");
    assertError(new JsonMapper().readTree(data.getLast()), "server_error", null, code);
    for (String before : data.subList(0, data.size() - 1)) {
      assertThat(before).doesNotContain("\"error\"").contains("\"finish_reason\":null");
    }
  }

  @Test
  void overloadIsAStatusAlsoForStreams() throws Exception {
    // Two slots and a queue of two.
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var waiting = new ArrayList<Future<Client.Reply>>();
      Callable<Client.Reply> call = () -> admin.post(PATH, chat("wait for it", ""));
      for (int i = 0; i < 4; i++) {
        waiting.add(threads.submit(call));
      }
      while (admin.get("/api/v1/admin/status").json().get("queues").get("answers").asInt() < 2) {
        Thread.onSpinWait();
      }
      for (String more : List.of("", ",\"stream\":true")) {
        Client.Reply refused = admin.post(PATH, chat("How many?", more));
        assertError(refused, 503, "server_error", null, "overloaded");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
      }
      MODELS.generator().release(4);
      for (Future<Client.Reply> reply : waiting) {
        assertThat(reply.get().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aClosedStreamStopsItsAnswer() throws Exception {
    int before = MODELS.generator().cancelled();
    var response =
        admin.open(
            admin
                .request(PATH)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(chat("wait and close", ",\"stream\":true")))
                .build());
    try (var lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      // The role comes before there is anything to say.
      assertThat(lines.readLine()).startsWith("data: ").contains("\"role\":\"assistant\"");
      while (MODELS.generator().waiting() == 0) {
        Thread.onSpinWait();
      }
    }
    long start = System.nanoTime();
    while (MODELS.generator().cancelled() == before) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      Thread.onSpinWait();
    }
  }
}
