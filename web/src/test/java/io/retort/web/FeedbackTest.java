package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
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

/** Feedback from outside: what askers say, what administrators see, and the data set of it. */
@Timeout(300)
class FeedbackTest {
  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client admin;
  private static Client asker;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, new FakeModels(), Map.of());
    admin = server.admin();
    server.collection("handbook");
    put("leave.txt", "Employees may carry over up to five unused leave days.");
    asker = server.withKey("ask read");
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

  private static JsonNode ask(String question, String more) {
    var reply =
        asker.post(
            "/api/v1/answers",
            "{\"question\":\"" + question + "\",\"collection\":\"handbook\"" + more + "}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  private static String feedback(JsonNode answer) {
    return "/api/v1/answers/" + answer.get("id").asString() + "/feedback";
  }

  private static JsonNode rate(JsonNode answer, String body) {
    var reply = asker.put(feedback(answer), body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  @Test
  void feedbackHasEveryFieldAndReplacesItself() {
    JsonNode answer = ask("How many leave days?", "");
    assertThat(asker.get(feedback(answer)).code()).isEqualTo("feedback_not_found");
    JsonNode first = rate(answer, "{\"rating\":\"up\"}");
    assertThat(first.propertyNames())
        .containsExactly(
            "id",
            "answer_id",
            "question",
            "rating",
            "reasons",
            "comment",
            "expected_answer",
            "created_at",
            "updated_at");
    assertThat(first.get("id").asString()).matches("fbk_[0-9a-z]{26}");
    assertThat(first.get("answer_id")).isEqualTo(answer.get("id"));
    assertThat(first.get("question")).isEqualTo(answer.get("question"));
    assertThat(first.get("reasons")).isEmpty();
    assertThat(first.get("comment").asString()).isEmpty();
    JsonNode second =
        rate(
            answer,
            "{\"rating\":\"down\",\"reasons\":[\"wrong_source\",\"wrong\",\"wrong\"],"
                + "\"comment\":\"No 🌴\\n\",\"expected_answer\":\"five\"}");
    assertThat(second.get("id")).isEqualTo(first.get("id"));
    assertThat(second.get("created_at")).isEqualTo(first.get("created_at"));
    assertThat(second.get("rating").asString()).isEqualTo("down");
    assertThat(second.get("reasons").valueStream().map(JsonNode::asString))
        .containsExactly("wrong", "wrong_source");
    assertThat(second.get("comment").asString()).isEqualTo("No 🌴\n");
    assertThat(asker.get(feedback(answer)).json()).isEqualTo(second);
    assertThat(asker.delete(feedback(answer)).status()).isEqualTo(204);
    assertThat(asker.delete(feedback(answer)).code()).isEqualTo("feedback_not_found");
    assertThat(asker.get(feedback(answer)).code()).isEqualTo("feedback_not_found");
  }

  @Test
  void theLongestTextsAreTaken() {
    JsonNode said =
        rate(
            ask("How many leave days?", ""),
            Client.json(
                Map.of(
                    "rating",
                    "down",
                    "reasons",
                    List.of(
                        "wrong",
                        "incomplete",
                        "wrong_source",
                        "should_answer",
                        "should_abstain",
                        "other"),
                    "comment",
                    "🌴".repeat(2_000),
                    "expected_answer",
                    "🌴".repeat(2_000))));
    assertThat(said.get("reasons")).hasSize(6);
    assertThat(said.get("expected_answer").asString()).isEqualTo("🌴".repeat(2_000));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{} | missing_field",
        "{\"rating\":null} | missing_field",
        "{\"rating\":\"fine\"} | invalid_parameter",
        "{\"rating\":\"UP\"} | invalid_parameter",
        "{\"rating\":1} | invalid_parameter",
        "{\"rating\":\"up\",\"reasons\":[\"ugly\"]} | invalid_parameter",
        "{\"rating\":\"up\",\"reasons\":\"wrong\"} | invalid_parameter",
        "{\"rating\":\"up\",\"reasons\":[null]} | invalid_parameter",
        "{\"rating\":\"up\",\"reasons\":[\"wrong\",\"wrong\",\"wrong\",\"wrong\",\"wrong\",\"wrong\",\"wrong\"]} | invalid_parameter",
        "{\"rating\":\"up\",\"comment\":5} | invalid_parameter",
        "{\"rating\":\"up\",\"colour\":5} | unknown_field",
        "hello | malformed_json",
      })
  void wrongFeedbackIsRefused(String body, String code) {
    var reply = asker.put(feedback(ask("How many leave days?", "")), body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(strings = {"comment", "expected_answer"})
  void aTextThatIsTooLongIsRefusedWithItsBounds(String field) {
    var reply =
        asker.put(
            feedback(ask("How many leave days?", "")),
            Client.json(Map.of("rating", "up", field, "x".repeat(2_001))));
    assertThat(reply.code()).isEqualTo("invalid_parameter");
    JsonNode error = reply.json().get("errors").get(0);
    assertThat(error.get("field").asString()).isEqualTo(field);
    assertThat(error.get("max").asInt()).isEqualTo(2_000);
  }

  @Test
  void onlyWhoeverAskedCanRateAnAnswerThatIsKept() {
    JsonNode answer = ask("How many leave days?", "");
    rate(answer, "{\"rating\":\"up\"}");
    List<String> absent =
        List.of(
            feedback(ask("How many leave days?", ",\"store\":false")),
            "/api/v1/answers/ans_00000000000000000000000000/feedback",
            "/api/v1/answers/nonsense/feedback");
    var replies = new ArrayList<Client.Reply>();
    for (Client other : List.of(server.withKey("ask"), admin)) {
      replies.add(other.put(feedback(answer), "{\"rating\":\"down\"}"));
      replies.add(other.get(feedback(answer)));
      replies.add(other.delete(feedback(answer)));
    }
    for (String path : absent) {
      replies.add(asker.put(path, "{\"rating\":\"down\"}"));
      replies.add(asker.get(path));
      replies.add(asker.delete(path));
    }
    for (Client.Reply reply : replies) {
      assertThat(reply.status()).as(reply.text()).isEqualTo(404);
      assertThat(reply.code()).isEqualTo("answer_not_found");
    }
    assertThat(asker.get(feedback(answer)).json().get("rating").asString()).isEqualTo("up");
  }

  @Test
  void aPurgeTakesTheFeedbackWithTheAnswer() {
    String document = put("canteen.txt", "Lunch in the canteen costs sixty crowns.");
    JsonNode answer = ask("canteen lunch costs sixty crowns", ",\"k\":1");
    JsonNode said = rate(answer, "{\"rating\":\"up\"}");
    assertThat(admin.get("/api/v1/feedback?limit=100").text()).contains(said.get("id").asString());
    admin.delete("/api/v1/documents/" + document + "?purge_answers=true");
    assertThat(asker.get(feedback(answer)).code()).isEqualTo("answer_not_found");
    assertThat(admin.get("/api/v1/feedback?limit=100").text())
        .doesNotContain(said.get("id").asString());
  }

  private static List<String> walk(String query) {
    var walked = new ArrayList<String>();
    String cursor = "";
    do {
      JsonNode page = admin.get("/api/v1/feedback?limit=2" + query + cursor).json();
      page.get("items").forEach(item -> walked.add(item.get("id").asString()));
      cursor =
          page.get("next_cursor").isNull() ? "" : "&cursor=" + page.get("next_cursor").asString();
    } while (!cursor.isEmpty());
    return walked;
  }

  @Test
  void administratorsWalkThroughAllOfIt() {
    var up = new ArrayList<String>();
    var down = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      JsonNode answer = ask("How many leave days?", "");
      up.add(rate(answer, "{\"rating\":\"up\"}").get("id").asString());
      JsonNode other = ask("How many leave days?", "");
      down.add(rate(other, "{\"rating\":\"down\"}").get("id").asString());
    }
    assertThat(walk("")).doesNotHaveDuplicates().containsAll(up).containsAll(down);
    assertThat(walk("&rating=up")).containsAll(up).doesNotContainAnyElementsOf(down);
    assertThat(walk("&rating=down")).containsAll(down).doesNotContainAnyElementsOf(up);
    assertThat(admin.get("/api/v1/feedback").json().get("items").get(0).get("question").asString())
        .isNotEmpty();
    assertThat(asker.get("/api/v1/feedback").code()).isEqualTo("missing_scope");
  }

  private static Client.Reply lines(String query, String accept) {
    return admin.send(
        admin.request("/api/v1/feedback" + query).header("Accept", accept).GET().build());
  }

  private static Map<String, JsonNode> dataSet(String query) {
    var json = new JsonMapper();
    Client.Reply reply = lines(query, "application/x-ndjson");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).isEqualTo("application/x-ndjson");
    assertThat(reply.text()).endsWith("\n");
    return reply
        .text()
        .lines()
        .map(json::readTree)
        .collect(Collectors.toMap(line -> line.get("id").asString(), line -> line));
  }

  private static List<String> answers(JsonNode line) {
    return StreamSupport.stream(line.get("answers").spliterator(), false)
        .map(JsonNode::asString)
        .toList();
  }

  @Test
  void theDataSetHoldsWhatIsKnownToBeRight() {
    String document = put("parking.txt", "Parking permits cost ninety crowns a month for staff.");
    JsonNode right = ask("parking permits cost ninety crowns", ",\"k\":1");
    String good = rate(right, "{\"rating\":\"up\"}").get("id").asString();
    String told =
        rate(
                ask("parking permits for staff", ""),
                "{\"rating\":\"down\",\"reasons\":[\"wrong\"],\"expected_answer\":\"None\"}")
            .get("id")
            .asString();
    String silent =
        rate(
                ask("parking permits again", ""),
                "{\"rating\":\"down\",\"reasons\":[\"should_abstain\"]}")
            .get("id")
            .asString();
    String declined =
        rate(ask("unsure of parking", ""), "{\"rating\":\"up\"}").get("id").asString();
    String unknown =
        rate(ask("parking permits?", ""), "{\"rating\":\"down\",\"reasons\":[\"wrong\"]}")
            .get("id")
            .asString();
    Map<String, JsonNode> lines = dataSet("");

    assertThat(lines.get(good).propertyNames())
        .containsExactly("id", "question", "answers", "path", "spans");
    assertThat(lines.get(good).get("question").asString())
        .isEqualTo("parking permits cost ninety crowns");
    assertThat(answers(lines.get(good))).containsExactly(right.get("answer").asString());
    assertThat(lines.get(good).get("path").asString()).isEqualTo("parking.txt");
    assertThat(lines.get(good).get("spans").get(0))
        .isEqualTo(right.get("citations").get(0).get("source_span"));
    assertThat(answers(lines.get(told))).containsExactly("None");
    assertThat(lines.get(told).get("path").isNull()).isTrue();
    assertThat(answers(lines.get(silent))).isEmpty();
    assertThat(answers(lines.get(declined))).isEmpty();
    assertThat(lines).doesNotContainKey(unknown);
    assertThat(dataSet("?rating=up")).containsKeys(good, declined).doesNotContainKeys(told, silent);

    admin.delete("/api/v1/documents/" + document);
    JsonNode after = dataSet("").get(good);
    assertThat(after.get("path").isNull()).isTrue();
    assertThat(after.get("spans")).isEmpty();
  }

  @Test
  void aDataSetCanBeOfOneCollection() {
    server.collection("other");
    String id = rate(ask("How many leave days?", ""), "{\"rating\":\"up\"}").get("id").asString();
    assertThat(dataSet("?collection=handbook")).containsKey(id);
    assertThat(admin.get("/api/v1/feedback?collection=handbook").text()).contains(id);
    assertThat(lines("?collection=other", "application/x-ndjson").text()).isEmpty();
    assertThat(admin.get("/api/v1/feedback?collection=other").json().get("items")).isEmpty();
  }

  @Test
  void aDataSetIsWhole() {
    var refused = lines("?limit=5&cursor=a", "application/x-ndjson");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(refused.json().get("errors"))
        .extracting(e -> e.get("field").asString())
        .containsExactly("limit", "cursor");
  }

  @Test
  void theTypeIsTheOneAskedFor() {
    assertThat(lines("", "application/json, application/x-ndjson;q=0.5").header("Content-Type"))
        .startsWith("application/json");
    assertThat(lines("", "*/*").header("Content-Type")).startsWith("application/json");
    assertThat(lines("", "image/png").code()).isEqualTo("not_acceptable");
  }

  @ParameterizedTest
  @CsvSource({
    "rating=fine, invalid_parameter",
    "rating=, invalid_parameter",
    "limit=0, invalid_parameter",
    "limit=101, invalid_parameter",
    "cursor=nonsense, invalid_cursor",
    "reason=wrong, unknown_field",
  })
  void wrongListsAreRefused(String query, String code) {
    assertThat(admin.get("/api/v1/feedback?" + query).code()).isEqualTo(code);
  }

  @Test
  void ratingsAreCounted() {
    rate(ask("How many leave days?", ""), "{\"rating\":\"up\"}");
    assertThat(admin.get("/actuator/prometheus").text())
        .containsPattern("retort_feedback_total\\{rating=\"up\"} [1-9]");
  }
}
