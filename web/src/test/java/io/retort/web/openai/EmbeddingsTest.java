package io.retort.web.openai;

import static io.retort.web.openai.OpenAiAssertions.assertError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeEncoder;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The encoder as an embedding model, and the list of models. */
class EmbeddingsTest {
  private static final String PATH = "/v1/embeddings";
  private static final String INVALID = "invalid_request_error";

  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client asker;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, new FakeModels(), Map.of());
    server.collection("handbook");
    server.collection("another");
    asker = server.withKey("ask");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String body(Object input, Map<String, ?> more) {
    var fields = new java.util.HashMap<String, Object>(more);
    fields.put("model", "retort-encoder");
    fields.put("input", input);
    return Client.json(fields);
  }

  private static JsonNode embed(Object input, Map<String, ?> more) {
    var reply = asker.post(PATH, body(input, more));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  private static float[] numbers(JsonNode embedding) {
    var values = new float[embedding.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = embedding.get(i).floatValue();
    }
    return values;
  }

  @Test
  void anEmbeddingHasEveryFieldOfTheContract() {
    JsonNode list = embed("unused leave days", Map.of());
    assertThat(list.propertyNames()).containsExactly("object", "data", "model", "usage");
    assertThat(list.get("object").asString()).isEqualTo("list");
    assertThat(list.get("model").asString()).isEqualTo("retort-encoder");
    assertThat(list.get("data")).hasSize(1);
    JsonNode item = list.get("data").get(0);
    assertThat(item.propertyNames()).containsExactly("object", "index", "embedding");
    assertThat(item.get("object").asString()).isEqualTo("embedding");
    assertThat(item.get("index").intValue()).isZero();
    assertThat(list.get("usage").propertyNames()).containsExactly("prompt_tokens", "total_tokens");
    assertThat(list.get("usage").get("prompt_tokens").intValue()).isEqualTo(5);
    assertThat(list.get("usage").get("total_tokens").intValue()).isEqualTo(5);
  }

  @Test
  void itIsTheVectorOfTheIndexAndOfUnitLength() {
    float[] values =
        numbers(embed("unused leave days", Map.of()).get("data").get(0).get("embedding"));
    assertThat(values)
        .isEqualTo(new FakeEncoder("x").encode(List.of("unused leave days")).getFirst().toArray());
    double squares = 0;
    for (float value : values) {
      squares += value * value;
    }
    assertThat(Math.sqrt(squares)).isCloseTo(1, within(1e-5));
  }

  @Test
  void textsKeepTheirOrderAndBatchMatesDoNotCount() {
    JsonNode list = embed(List.of("one text", "another text", "one text"), Map.of("user", "u1"));
    assertThat(list.get("data")).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(list.get("data").get(i).get("index").intValue()).isEqualTo(i);
    }
    JsonNode alone = embed("one text", Map.of()).get("data").get(0).get("embedding");
    assertThat(list.get("data").get(0).get("embedding")).isEqualTo(alone);
    assertThat(list.get("data").get(2).get("embedding")).isEqualTo(alone);
    assertThat(list.get("data").get(1).get("embedding")).isNotEqualTo(alone);
    assertThat(list.get("usage").get("total_tokens").intValue()).isEqualTo(12);
  }

  @Test
  void base64IsTheSameNumbersAsLittleEndianFloats() {
    float[] values =
        numbers(
            embed("a text", Map.of("encoding_format", "float"))
                .get("data")
                .get(0)
                .get("embedding"));
    JsonNode encoded =
        embed("a text", Map.of("encoding_format", "base64")).get("data").get(0).get("embedding");
    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode(encoded.asString()))
            .order(ByteOrder.LITTLE_ENDIAN);
    var decoded = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(decoded);
    assertThat(decoded).isEqualTo(values);
  }

  @Test
  void manyTextsAreTakenButNotTooMany() {
    assertThat(embed(Collections.nCopies(256, "a"), Map.of()).get("data")).hasSize(256);
    assertError(
        asker.post(PATH, body(Collections.nCopies(257, "a"), Map.of())),
        400,
        INVALID,
        "input",
        "invalid_parameter");
  }

  @Test
  void aTextThatTheEncoderCannotSeeWholeIsRefused() {
    // The fake counts words, and two for the ends.
    assertThat(embed("a ".repeat(510), Map.of()).get("usage").get("total_tokens").intValue())
        .isEqualTo(512);
    var reply = asker.post(PATH, body(List.of("a", "a ".repeat(511)), Map.of()));
    assertError(reply, 400, INVALID, "input[1]", "context_length_exceeded");
    assertThat(reply.text()).contains("513").contains("512");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"input\":\"a\"} | model | missing_field",
        "{\"model\":\"retort-encoder\"} | input | missing_field",
        "{\"model\":\"retort-encoder\",\"input\":null} | input | missing_field",
        "{\"model\":\"retort-encoder\",\"input\":\"\"} | input[0] | invalid_parameter",
        "{\"model\":\"retort-encoder\",\"input\":[\"a\",\" \"]} | input[1] | invalid_parameter",
        "{\"model\":\"retort-encoder\",\"input\":[]} | input | invalid_parameter",
        "{\"model\":\"retort-encoder\",\"input\":5} | input[0] | invalid_parameter",
        "{\"model\":\"retort-encoder\",\"input\":[1,2]} | input[0] | invalid_parameter",
        "{\"model\":\"retort-encoder\",\"input\":[[1,2]]} | input[0] | invalid_parameter",
        "{\"model\":\"retort-encoder\",\"input\":[null]} | input[0] | invalid_parameter",
        "{\"model\":\"retort-encoder\",\"input\":\"a\\ud800\"} | input[0] | invalid_parameter",
        "{\"model\":\"retort-encoder\",\"input\":\"a\",\"encoding_format\":\"hex\"} | encoding_format | invalid_parameter",
        "{\"model\":\"retort-encoder\",\"input\":\"a\",\"dimensions\":63} | dimensions | invalid_parameter",
        "{\"model\":\"retort-encoder\",\"input\":\"a\",\"input_type\":\"query\"} | input_type | unknown_field",
      })
  void wrongRequestsAreRefused(String body, String param, String code) {
    assertError(asker.post(PATH, body), 400, INVALID, param, code);
  }

  @Test
  void theEncodersOwnDimensionsAreTaken() {
    assertThat(embed("a", Map.of("dimensions", 64)).get("data").get(0).get("embedding"))
        .hasSize(64);
  }

  @Test
  void aCollectionDoesNotEmbed() {
    for (String model : List.of("handbook", "text-embedding-3-small")) {
      assertError(
          asker.post(PATH, Client.json(Map.of("model", model, "input", "a"))),
          404,
          INVALID,
          "model",
          "model_not_found");
    }
  }

  @Test
  void modelsAreTheCallersCollectionsAndTheEncoder() {
    JsonNode list = server.withKey("ask", "handbook").get("/v1/models").json();
    assertThat(list.propertyNames()).containsExactly("object", "data");
    assertThat(list.get("object").asString()).isEqualTo("list");
    assertThat(list.get("data"))
        .extracting(m -> m.get("id").asString())
        .containsExactly("handbook", "retort-encoder");
    for (JsonNode model : list.get("data")) {
      assertThat(model.propertyNames()).containsExactly("id", "object", "created", "owned_by");
      assertThat(model.get("object").asString()).isEqualTo("model");
      assertThat(model.get("owned_by").asString()).isEqualTo("retort");
      assertThat(model.get("created").isIntegralNumber()).isTrue();
    }
    Instant created =
        Instant.parse(
            server.admin().get("/api/v1/collections/handbook").json().get("created_at").asString());
    assertThat(list.get("data").get(0).get("created").longValue())
        .isEqualTo(created.getEpochSecond());
    assertThat(asker.get("/v1/models").json().get("data"))
        .extracting(m -> m.get("id").asString())
        .containsExactly("another", "handbook", "retort-encoder");
  }

  @Test
  void aModelIsFoundByItsNameUnlessItIsForeign() {
    Client mine = server.withKey("ask", "handbook");
    JsonNode list = mine.get("/v1/models").json().get("data");
    assertThat(mine.get("/v1/models/handbook").json()).isEqualTo(list.get(0));
    assertThat(mine.get("/v1/models/retort-encoder").json()).isEqualTo(list.get(1));
    Client.Reply foreign = mine.get("/v1/models/another");
    assertError(foreign, 404, INVALID, "model", "model_not_found");
    assertThat(foreign.text()).isEqualTo(mine.get("/v1/models/nowhere").text());
  }
}
