package io.retort.web.openai;

import static io.retort.web.openai.OpenAiAssertions.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every wrong request under {@code /v1} ends in an error that OpenAI's clients can read. */
class OpenAiBadInputTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String INVALID = "invalid_request_error";

  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client admin;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, new FakeModels(), Map.of());
    admin = server.admin();
    server.collection("handbook");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{} | model | missing_field",
        "{\"model\":\"handbook\"} | messages | missing_field",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]} | model | missing_field",
        "{\"model\":5,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]} | model | invalid_parameter",
        "{\"model\":\"\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]} | model | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[]} | messages | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":{}} | messages | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[null]} | messages[0] | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"content\":\"a\"}]} | messages[0].role | missing_field",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"pirate\",\"content\":\"a\"}]} | messages[0].role | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\"}]} | messages[0].content | missing_field",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":null}]} | messages[0].content | missing_field",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":\"\"}]} | messages[0].content | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":\" \"}]} | messages[0].content | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":[]}]} | messages[0].content | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":5}]} | messages[0].content | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":\"a\\u0000b\"}]} | messages[0].content | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":\"a\\ud800\"}]} | messages[0].content[0].text | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]} | messages[0].content[0].text | missing_field",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,\"}}]}]} | messages[0].content[0].type | unsupported_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{}}]}]} | messages[0].content[0].type | unsupported_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]} | messages[1] | invalid_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"tool\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"a\"}]} | messages[0].role | unsupported_parameter",
        "{\"model\":\"handbook\",\"messages\":[{\"role\":\"function\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"a\"}]} | messages[0].role | unsupported_parameter",
      })
  void wrongChatsAreRefused(String body, String param, String code) {
    assertError(admin.post(PATH, body), 400, INVALID, param, code);
  }

  private static String chat(String more) {
    return "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],"
        + more
        + "}";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"stream\":\"yes\" | stream | invalid_parameter",
        "\"stream_options\":{\"include_usage\":1} | stream_options.include_usage | invalid_parameter",
        "\"temperature\":2.1 | temperature | invalid_parameter",
        "\"temperature\":-0.1 | temperature | invalid_parameter",
        "\"temperature\":\"hot\" | temperature | invalid_parameter",
        "\"top_p\":0 | top_p | invalid_parameter",
        "\"top_p\":1.1 | top_p | invalid_parameter",
        "\"seed\":-1 | seed | invalid_parameter",
        "\"seed\":9007199254740992 | seed | invalid_parameter",
        "\"max_tokens\":0 | max_tokens | invalid_parameter",
        "\"max_tokens\":1.5 | max_tokens | invalid_parameter",
        "\"max_completion_tokens\":0 | max_completion_tokens | invalid_parameter",
        "\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"] | stop | invalid_parameter",
        "\"stop\":\"\" | stop | invalid_parameter",
        "\"stop\":[1] | stop[0] | invalid_parameter",
        "\"logprobs\":1 | logprobs | invalid_parameter",
        "\"retort\":[] | retort | invalid_parameter",
        "\"retort\":{\"k\":0} | retort.k | invalid_parameter",
        "\"retort\":{\"k\":33} | retort.k | invalid_parameter",
        "\"retort\":{\"style\":\"long\"} | retort.style | invalid_parameter",
        "\"retort\":{\"mode\":\"fuzzy\"} | retort.mode | invalid_parameter",
        "\"retort\":{\"max_tokens\":1025} | retort.max_tokens | invalid_parameter",
        "\"retort\":{\"min_confidence\":1.1} | retort.min_confidence | invalid_parameter",
        "\"retort\":{\"timeout_ms\":0} | retort.timeout_ms | invalid_parameter",
        "\"retort\":{\"timeout_ms\":600001} | retort.timeout_ms | invalid_parameter",
        "\"retort\":{\"history_turns\":5} | retort.history_turns | invalid_parameter",
        "\"retort\":{\"history_turns\":-1} | retort.history_turns | invalid_parameter",
        "\"retort\":{\"include\":[\"secrets\"]} | retort.include[0] | invalid_parameter",
        "\"retort\":{\"question\":\"b\"} | retort.question | unknown_field",
        "\"retort\":{\"collection\":\"b\"} | retort.collection | unknown_field",
        "\"retort\":{\"collections\":[\"b\"]} | retort.collections | unknown_field",
        "\"retort\":{\"store\":false} | retort.store | unknown_field",
        "\"retort\":{\"conversation_id\":\"cnv_1\"} | retort.conversation_id | unknown_field",
        "\"retort\":{\"colour\":null} | retort.colour | unknown_field",
        "\"retort\":{\"filters\":[{\"field\":\"x\",\"op\":\"exists\"}]} | retort.filters[0].field | unknown_filter_field",
        "\"retort\":{\"filters\":[{\"field\":\"page\",\"op\":\"eq\",\"value\":\"1\"}]} | retort.filters[0].value | invalid_filter",
        "\"n\":2 | n | unsupported_parameter",
        "\"n\":\"1\" | n | unsupported_parameter",
        "\"tools\":[{\"type\":\"function\"}] | tools | unsupported_parameter",
        "\"functions\":[{}] | functions | unsupported_parameter",
        "\"tool_choice\":\"required\" | tool_choice | unsupported_parameter",
        "\"tool_choice\":{\"type\":\"function\"} | tool_choice | unsupported_parameter",
        "\"response_format\":{\"type\":\"json_object\"} | response_format | unsupported_parameter",
        "\"top_logprobs\":5 | top_logprobs | unsupported_parameter",
        "\"presence_penalty\":0.5 | presence_penalty | unsupported_parameter",
        "\"frequency_penalty\":-1 | frequency_penalty | unsupported_parameter",
        "\"logit_bias\":{\"1\":5} | logit_bias | unsupported_parameter",
        "\"modalities\":[\"text\",\"audio\"] | modalities | unsupported_parameter",
        "\"audio\":{\"voice\":\"alloy\"} | audio | unsupported_parameter",
      })
  void wrongParametersAreRefused(String more, String param, String code) {
    for (String stream : List.of("", "\"stream\":true,")) {
      if (!stream.isEmpty() && more.startsWith("\"stream\":")) {
        continue;
      }
      assertError(admin.post(PATH, chat(stream + more)), 400, INVALID, param, code);
    }
  }

  private static String ask(String question) {
    return Client.json(
        Map.of(
            "model", "handbook", "messages", List.of(Map.of("role", "user", "content", question))));
  }

  @Test
  void anOverLongQuestionIsRefusedByCharactersAndByTokens() {
    assertError(
        admin.post(PATH, ask("x".repeat(2_001))),
        400,
        INVALID,
        "messages[0].content",
        "invalid_parameter");
    var reply = admin.post(PATH, ask("why ".repeat(300)));
    assertError(reply, 400, INVALID, "messages[0].content", "context_length_exceeded");
    assertThat(reply.text()).contains("300").contains("256");
  }

  @Test
  void anOverLongTurnIsRefusedOnlyIfItCounts() {
    var messages =
        List.of(
            Map.of("role", "user", "content", "a"),
            Map.of("role", "assistant", "content", "x".repeat(10_001)),
            Map.of("role", "user", "content", "b"));
    assertError(
        admin.post(
            PATH,
            Client.json(
                Map.of(
                    "model",
                    "handbook",
                    "messages",
                    messages,
                    "retort",
                    Map.of("history_turns", 1)))),
        400,
        INVALID,
        "messages[1].content",
        "invalid_parameter");
    assertThat(
            admin
                .post(PATH, Client.json(Map.of("model", "handbook", "messages", messages)))
                .status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"model\":\"handbook\"", "hello", "{\"model\":NaN}", "", "{\"n\":1,\"n\":1}"})
  void whatIsNoJsonIsRefused(String body) {
    assertError(admin.post(PATH, body), 400, INVALID, null, "malformed_json");
    assertError(admin.post("/v1/embeddings", body), 400, INVALID, null, "malformed_json");
  }

  @Test
  void aBodyThatIsTooLargeOrTooDeepIsRefused() {
    assertError(admin.post(PATH, ask("x".repeat(2 << 20))), 413, INVALID, null, "body_too_large");
    assertError(
        admin.post(PATH, "[".repeat(10_000) + "]".repeat(10_000)),
        400,
        INVALID,
        null,
        "malformed_json");
  }

  @Test
  void httpRefusalsHaveTheSameForm() {
    var text =
        admin.send(
            admin
                .request(PATH)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{}"))
                .build());
    assertError(text, 415, INVALID, null, "unsupported_media_type");
    var image =
        admin.send(
            admin
                .request(PATH)
                .header("Content-Type", "application/json")
                .header("Accept", "image/png")
                .POST(BodyPublishers.ofString("{}"))
                .build());
    assertError(image, 406, INVALID, null, "not_acceptable");
    var get = admin.get(PATH);
    assertError(get, 405, INVALID, null, "method_not_allowed");
    assertThat(get.header("Allow")).isEqualTo("POST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/nothing",
        "/v1/completions",
        "/v1/models/",
        "/v1/models/a/b",
        "/v1/%2e%2e/models",
        "/v1/models;x=1",
      })
  void anUnknownPathIsNotFound(String path) {
    assertError(admin.get(path), 404, INVALID, null, "not_found");
    assertError(server.anonymous().get(path), 401, "authentication_error", null, "invalid_api_key");
  }

  @Test
  void whoIsUnknownOrMayNotIsRefused() {
    for (Client stranger :
        List.of(server.anonymous(), admin.with("rt_" + "0".repeat(52)), admin.with("sk-123"))) {
      Client.Reply reply = stranger.post(PATH, chat("\"stream\":true"));
      assertError(reply, 401, "authentication_error", null, "invalid_api_key");
      assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
    }
    Client reader = server.withKey("read write");
    for (Client.Reply reply :
        List.of(
            reader.get("/v1/models"),
            reader.get("/v1/models/handbook"),
            reader.post(PATH, chat("\"stream\":true")),
            reader.post("/v1/embeddings", "{\"model\":\"retort-encoder\",\"input\":\"a\"}"))) {
      assertError(reply, 403, "permission_error", null, "missing_scope");
    }
    Client asker = server.withKey("ask");
    assertError(
        asker.post(PATH, chat("\"retort\":{\"include\":[\"raw_scores\"]}")),
        403,
        "permission_error",
        null,
        "missing_scope");
    var foreign =
        admin.send(
            admin.request("/v1/models").header("Origin", "http://evil.example").GET().build());
    assertError(foreign, 403, "permission_error", null, "origin_not_allowed");
  }

  @Test
  void theEncoderDoesNotChat() {
    assertError(
        admin.post(PATH, chat("\"n\":1").replace("handbook", "retort-encoder")),
        404,
        INVALID,
        "model",
        "model_not_found");
  }

  @Test
  void aKeyThatAsksTooOftenIsToldSo(@TempDir Path otherDir) throws Exception {
    try (var slow =
        new TestServer(
            otherDir, new FakeModels(), Map.of("retort.limits.requests-per-minute", "2"))) {
      Client asker = slow.withKey("ask");
      asker.get("/v1/models");
      asker.get("/v1/models");
      Client.Reply reply = asker.get("/v1/models");
      assertError(reply, 429, "rate_limit_error", null, "rate_limit_exceeded");
      assertThat(Integer.parseInt(reply.header("Retry-After"))).isPositive();
    }
  }
}
