package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.generator.Turn;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Conversations from outside: whose they are, their turns, and what goes before a question. */
@Timeout(300)
class ConversationsTest {
  private static final String PATH = "/api/v1/conversations";
  private static final String LEAVE = "Employees may carry over up to five unused leave days.";

  @TempDir static Path dataDir;
  private static final FakeModels MODELS = new FakeModels();
  private static TestServer server;
  private static Client admin;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, MODELS, Map.of("retort.limits.requests-per-minute", "100000"));
    admin = server.admin();
    server.collection("handbook");
    server.collection("wiki");
    put("handbook", "leave.txt", LEAVE);
    put("wiki", "moon.txt", "The Moon is about a quarter of the Earth in diameter.");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String put(String collection, String path, String text) {
    var reply =
        admin.post(
            "/api/v1/collections/" + collection + "/documents",
            Client.json(Map.of("documents", List.of(Map.of("path", path, "text", text)))));
    assertThat(admin.awaitJob(reply).get("state").asString()).isEqualTo("succeeded");
    return reply.json().get("items").get(0).get("document_id").asString();
  }

  private static String begin(Client client) {
    return client.post(PATH, "{}").json().get("id").asString();
  }

  private static Client.Reply tryToAsk(
      Client client, String conversation, String collection, String question, String more) {
    return client.post(
        "/api/v1/answers",
        "{\"question\":\"%s\",\"collection\":\"%s\",\"conversation_id\":\"%s\"%s}"
            .formatted(question, collection, conversation, more));
  }

  private static JsonNode ask(Client client, String conversation, String question, String more) {
    Client.Reply reply = tryToAsk(client, conversation, "handbook", question, more);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  private static List<String> questions(Client client, String conversation) {
    JsonNode turns = client.get(PATH + "/" + conversation).json().get("turns");
    return turns.valueStream().map(turn -> turn.get("question").asString()).toList();
  }

  private static Turn turn(JsonNode answer) {
    return new Turn(answer.get("question").asString(), answer.get("answer").asString());
  }

  private static List<Turn> history() {
    return MODELS.generator().lastRequest().history();
  }

  @Test
  void aConversationHasEveryFieldOfTheContract() {
    Client.Reply made = admin.post(PATH, "{\"title\":\"Leave 🌴\"}");
    String id = made.json().get("id").asString();
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.header("Location")).isEqualTo(PATH + "/" + id);
    assertThat(id).matches("cnv_[0-9a-z]{26}");
    assertThat(made.json().propertyNames())
        .containsExactly("id", "title", "turns", "created_at", "updated_at");
    assertThat(made.json().get("title").asString()).isEqualTo("Leave 🌴");
    assertThat(admin.get(PATH + "/" + id).json()).isEqualTo(made.json());

    JsonNode answer = ask(admin, id, "How many leave days?", "");
    JsonNode conversation = admin.get(PATH + "/" + id).json();
    JsonNode turn = conversation.get("turns").get(0);
    assertThat(answer.get("conversation_id").asString()).isEqualTo(id);
    assertThat(turn.propertyNames()).containsExactly("answer_id", "question", "created_at");
    assertThat(turn.get("answer_id")).isEqualTo(answer.get("id"));
    assertThat(turn.get("created_at")).isEqualTo(answer.get("created_at"));
    assertThat(conversation.get("updated_at").asString())
        .isGreaterThanOrEqualTo(answer.get("created_at").asString());
    JsonNode kept = admin.get("/api/v1/answers/" + answer.get("id").asString()).json();
    assertThat(kept.get("conversation_id").asString()).isEqualTo(id);
  }

  @Test
  void aTitleCanBeChangedAndBeEmpty() {
    String id = begin(admin);
    assertThat(admin.get(PATH + "/" + id).json().get("title").asString()).isEmpty();
    String longest = "🌴".repeat(200);
    var renamed = admin.patch(PATH + "/" + id, Client.json(Map.of("title", longest)));
    assertThat(renamed.status()).isEqualTo(200);
    assertThat(renamed.json().get("title").asString()).isEqualTo(longest);
    assertThat(admin.patch(PATH + "/" + id, "{}").json()).isEqualTo(renamed.json());
    assertThat(admin.patch(PATH + "/" + id, "{\"title\":\"\"}").json().get("title").asString())
        .isEmpty();
  }

  @Test
  void asManyTurnsAsAskedForGoBeforeTheQuestionAndAreShown() {
    String id = begin(admin);
    JsonNode first = ask(admin, id, "First leave days?", ",\"history_turns\":4");
    assertThat(history()).isEmpty();
    JsonNode second = ask(admin, id, "Second leave days?", "");
    assertThat(history()).isEmpty();
    JsonNode third = ask(admin, id, "Third leave days?", ",\"history_turns\":1");
    assertThat(history()).containsExactly(turn(second));
    assertThat(third.get("trace").get(0).get("query").asString())
        .isEqualTo("Second leave days? " + second.get("answer").asString() + " Third leave days?");
    ask(admin, id, "Fourth leave days?", ",\"history_turns\":4");
    assertThat(history()).containsExactly(turn(first), turn(second), turn(third));
    assertThat(questions(admin, id))
        .containsExactly(
            "First leave days?", "Second leave days?", "Third leave days?", "Fourth leave days?");
  }

  @Test
  void theSettingSaysHowManyTurnsWhereARequestDoesNot() throws Exception {
    Path other = dataDir.resolve("other");
    var models = new FakeModels();
    try (var configured =
        new TestServer(other, models, Map.of("retort.answers.history-turns", "1"))) {
      configured.collection("handbook");
      Client client = configured.admin();
      client.awaitJob(
          client.post(
              "/api/v1/collections/handbook/documents",
              Client.json(Map.of("documents", List.of(Map.of("path", "a", "text", LEAVE))))));
      String id = begin(client);
      JsonNode first = ask(client, id, "First leave days?", "");
      ask(client, id, "Second leave days?", "");
      assertThat(models.generator().lastRequest().history()).containsExactly(turn(first));
      ask(client, id, "Third leave days?", ",\"history_turns\":0");
      assertThat(models.generator().lastRequest().history()).isEmpty();
      client.post(
          "/v1/chat/completions",
          "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":\"a?\"},"
              + "{\"role\":\"assistant\",\"content\":\"b\"},"
              + "{\"role\":\"user\",\"content\":\"leave days?\"}]}");
      assertThat(models.generator().lastRequest().history()).containsExactly(new Turn("a?", "b"));
    }
  }

  @Test
  void withoutAConversationThereIsNothingBefore() {
    var reply =
        admin.post(
            "/api/v1/answers",
            "{\"question\":\"leave days?\",\"collection\":\"handbook\",\"history_turns\":4}");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().get("conversation_id").isNull()).isTrue();
    assertThat(history()).isEmpty();
  }

  @Test
  void ofATurnWithoutAnAnswerTheQuestionCounts() {
    String id = begin(admin);
    ask(admin, id, "unsure about leave", "");
    JsonNode next = ask(admin, id, "What of leave days?", ",\"history_turns\":1");
    assertThat(history()).containsExactly(new Turn("unsure about leave", ""));
    assertThat(next.get("trace").get(0).get("query").asString())
        .isEqualTo("unsure about leave What of leave days?");
    assertThat(questions(admin, id)).containsExactly("unsure about leave", "What of leave days?");
  }

  @Test
  void anAnswerThatIsNotStoredIsNoTurn() {
    String id = begin(admin);
    JsonNode first = ask(admin, id, "First leave days?", "");
    JsonNode unkept = ask(admin, id, "leave?", ",\"store\":false,\"history_turns\":1");
    assertThat(history()).containsExactly(turn(first));
    assertThat(unkept.get("conversation_id").asString()).isEqualTo(id);
    assertThat(questions(admin, id)).containsExactly("First leave days?");
  }

  @Test
  void aStreamIsATurnToo() {
    String id = begin(admin);
    var events =
        admin.stream(
            "/api/v1/answers",
            "{\"question\":\"How many leave days?\",\"collection\":\"handbook\","
                + "\"conversation_id\":\""
                + id
                + "\"}");
    assertThat(events.getLast().data().get("conversation_id").asString()).isEqualTo(id);
    assertThat(questions(admin, id)).containsExactly("How many leave days?");
  }

  @Test
  void aDeletedTextDoesNotComeBackByWayOfTheHistory() {
    String document = put("handbook", "lunch.txt", "Lunch in the canteen costs sixty crowns.");
    String id = begin(admin);
    JsonNode first = ask(admin, id, "canteen lunch costs sixty crowns", ",\"k\":1");
    assertThat(first.get("citations").get(0).get("document_id").asString()).isEqualTo(document);
    JsonNode second = underHistory(id);
    assertThat(history()).containsExactly(turn(first));
    admin.delete("/api/v1/documents/" + document);
    ask(admin, id, "Third leave days?", ",\"history_turns\":4");
    assertThat(history()).as("the second was made under the first").isEmpty();

    String other = put("handbook", "lunch.txt", "Lunch in the canteen costs sixty crowns.");
    String again = begin(admin);
    JsonNode cites = ask(admin, again, "canteen lunch costs sixty crowns", ",\"k\":1");
    JsonNode under = underHistory(again);
    assertThat(cites.get("citations").get(0).get("document_id").asString()).isEqualTo(other);
    assertThat(under.get("citations").get(0).get("collection").asString()).isEqualTo("wiki");
    admin.delete("/api/v1/documents/" + other + "?purge_answers=true");
    assertThat(questions(admin, again)).isEmpty();
    assertThat(admin.get("/api/v1/answers/" + under.get("id").asString()).status()).isEqualTo(404);
    assertThat(admin.get("/api/v1/answers/" + second.get("id").asString()).status()).isEqualTo(200);
  }

  /** An answer that cites another document, made under the turn before it. */
  private static JsonNode underHistory(String conversation) {
    return tryToAsk(
            admin, conversation, "wiki", "How large is the Moon?", ",\"k\":1,\"history_turns\":1")
        .json();
  }

  @Test
  void nobodyElseSeesAConversationNotEvenAnAdministrator() {
    Client ann = server.withKey("ask");
    String id = begin(ann);
    ask(ann, id, "How many leave days?", "");
    for (Client other : List.of(server.withKey("ask"), admin)) {
      for (Client.Reply reply :
          List.of(
              other.get(PATH + "/" + id),
              other.patch(PATH + "/" + id, "{\"title\":\"mine\"}"),
              other.patch(PATH + "/" + id, "{}"),
              other.delete(PATH + "/" + id),
              tryToAsk(other, id, "handbook", "leave?", ",\"history_turns\":4"))) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(404);
        assertThat(reply.code()).isEqualTo("conversation_not_found");
      }
      assertThat(other.get(PATH + "?limit=100").text()).doesNotContain(id);
    }
    assertThat(questions(ann, id)).containsExactly("How many leave days?");
    assertThat(ann.get(PATH + "/" + id).json().get("title").asString()).isEmpty();
  }

  @Test
  void foreignAndMissingAreToldAlike() {
    String foreign = begin(server.withKey("ask"));
    var first = admin.get(PATH + "/" + foreign).json();
    var second = admin.get(PATH + "/cnv_00000000000000000000000000").json();
    assertThat(first.get("detail")).isEqualTo(second.get("detail"));
    assertThat(first.get("code")).isEqualTo(second.get("code"));
  }

  /** A person of this name, logged in for these collections. */
  private static Client person(String name, String... collections) {
    var made =
        admin.post(
            "/api/v1/admin/logins",
            Client.json(
                Map.of("name", name, "scopes", List.of("ask"), "collections", collections)));
    String url = made.json().get("url").asString();
    var login =
        server
            .anonymous()
            .post("/login", Client.json(Map.of("token", url.substring(url.indexOf('=') + 1))));
    assertThat(login.status()).isEqualTo(204);
    return server.anonymous().withSession(login.response().headers().allValues("Set-Cookie"));
  }

  @Test
  void whatACollectionAnsweredIsAbsentOnceItIsOutOfReach() {
    Client wide = person("Cleo", "handbook", "wiki");
    String id = begin(wide);
    JsonNode lost = ask(wide, id, "How many leave days?", "");
    JsonNode kept = tryToAsk(wide, id, "wiki", "How large is the Moon?", "").json();
    assertThat(questions(wide, id)).hasSize(2);

    Client narrow = person("Cleo", "wiki");
    assertThat(questions(narrow, id)).containsExactly("How large is the Moon?");
    assertThat(narrow.get(PATH).text()).doesNotContain("leave days");
    String answer = "/api/v1/answers/" + lost.get("id").asString();
    for (Client.Reply reply :
        List.of(
            narrow.get(answer),
            narrow.get(answer + "/feedback"),
            narrow.put(answer + "/feedback", "{\"rating\":\"up\"}"),
            narrow.delete(answer + "/feedback"),
            narrow.post(answer + ":knock-out", "{\"chunk_ids\":[\"a:0\"]}"))) {
      assertThat(reply.status()).as(reply.text()).isEqualTo(404);
      assertThat(reply.code()).isEqualTo("answer_not_found");
    }
    assertThat(tryToAsk(narrow, id, "wiki", "the Moon?", ",\"history_turns\":4").status())
        .isEqualTo(200);
    assertThat(history()).containsExactly(turn(kept));
    assertThat(wide.get(answer).status()).isEqualTo(200);
  }

  @Test
  void aWalkShowsEveryConversationOnceTheNewestFirst() {
    Client client = server.withKey("ask");
    var made = new ArrayList<String>();
    for (int i = 0; i < 7; i++) {
      made.add(begin(client));
    }
    var walked = new ArrayList<String>();
    var began = new ArrayList<String>();
    String cursor = "";
    do {
      JsonNode page = client.get(PATH + "?limit=3" + cursor).json();
      assertThat(page.propertyNames()).containsExactly("items", "next_cursor");
      page.get("items").forEach(item -> walked.add(item.get("id").asString()));
      page.get("items").forEach(item -> began.add(item.get("created_at").asString()));
      cursor =
          page.get("next_cursor").isNull() ? "" : "&cursor=" + page.get("next_cursor").asString();
      ask(client, made.getFirst(), "a turn meanwhile about leave", "");
    } while (!cursor.isEmpty());
    assertThat(walked).containsExactlyInAnyOrderElementsOf(made);
    assertThat(began).isSortedAccordingTo(Comparator.reverseOrder());
    JsonNode all = client.get(PATH).json().get("items");
    assertThat(all).hasSize(7);
    assertThat(all.valueStream().mapToInt(item -> item.get("turns").size()).sum()).isEqualTo(3);
  }

  @Test
  void aConversationIsDeletedWithItsAnswers() throws Exception {
    String id = begin(admin);
    String body =
        "{\"question\":\"How many leave days?\",\"collection\":\"handbook\","
            + "\"conversation_id\":\"%s\"}".formatted(id);
    JsonNode answer = repeatable("/api/v1/answers", "gone", body).json();
    String path = "/api/v1/answers/" + answer.get("id").asString();
    admin.put(path + "/feedback", "{\"rating\":\"up\"}");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<JsonNode> running = threads.submit(() -> ask(admin, id, "wait for the end", ""));
      while (MODELS.generator().waiting() == 0) {
        Thread.onSpinWait();
      }
      assertThat(admin.delete(PATH + "/" + id).status()).isEqualTo(204);
      MODELS.generator().release(1);
      String late = running.get().get("id").asString();
      assertThat(admin.get("/api/v1/answers/" + late).code()).isEqualTo("answer_not_found");
    }
    assertThat(admin.get(PATH + "/" + id).code()).isEqualTo("conversation_not_found");
    assertThat(admin.delete(PATH + "/" + id).code()).isEqualTo("conversation_not_found");
    assertThat(admin.get(path).code()).isEqualTo("answer_not_found");
    assertThat(admin.get(path + "/feedback").code()).isEqualTo("answer_not_found");
    assertThat(repeatable("/api/v1/answers", "gone", body).code())
        .isEqualTo("conversation_not_found");
  }

  private static Client.Reply repeatable(String path, String key, String body) {
    return admin.send(
        admin
            .request(path)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  @Test
  void aRepeatedBeginningBeginsOne() {
    Client.Reply first = repeatable(PATH, "begin", "{\"title\":\"one\"}");
    Client.Reply second = repeatable(PATH, "begin", "{\"title\":\"one\"}");
    assertThat(second.status()).isEqualTo(201);
    assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(second.header("Location")).isEqualTo(first.header("Location"));
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(repeatable(PATH, "begin", "{\"title\":\"two\"}").code())
        .isEqualTo("idempotency_key_reused");
  }

  @Test
  void aConversationTakesTwoHundredTurns() {
    Client client = server.withKey("ask");
    String id = begin(client);
    for (int i = 0; i < 200; i++) {
      ask(client, id, "leave?", "");
    }
    Client.Reply refused = tryToAsk(client, id, "handbook", "leave?", "");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.code()).isEqualTo("conversation_full");
    assertThat(questions(client, id)).hasSize(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"history_turns\":5 | history_turns",
        "\"history_turns\":-1 | history_turns",
        "\"history_turns\":1.5 | history_turns",
        "\"history_turns\":\"1\" | history_turns",
        "\"conversation_id\":\"\" | conversation_id",
        "\"conversation_id\":7 | conversation_id",
        "\"conversation_id\":\"cnv_000000000000000000000000001\" | conversation_id",
      })
  void wrongHistoriesAreRefused(String field, String place) {
    var reply =
        admin.post(
            "/api/v1/answers", "{\"question\":\"a\",\"collection\":\"handbook\"," + field + "}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid_parameter");
    assertThat(reply.json().get("errors").get(0).get("field").asString()).isEqualTo(place);
  }

  @Test
  void whatIsNoConversationIsNotFound() {
    for (String id : List.of("nonsense", "cnv_00000000000000000000000000", "ans_1")) {
      assertThat(tryToAsk(admin, id, "handbook", "leave?", "").code())
          .isEqualTo("conversation_not_found");
      assertThat(admin.get(PATH + "/" + id).code()).isEqualTo("conversation_not_found");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"title\":5} | invalid_parameter",
        "{\"title\":\"a\\ud800\"} | invalid_parameter",
        "{\"name\":\"a\"} | unknown_field",
        "{\"turns\":[]} | unknown_field",
        "[] | invalid_parameter",
        "{ | malformed_json",
      })
  void wrongTitlesAreRefused(String body, String code) {
    String id = begin(admin);
    for (Client.Reply reply : List.of(admin.post(PATH, body), admin.patch(PATH + "/" + id, body))) {
      assertThat(reply.status()).as(reply.text()).isEqualTo(400);
      assertThat(reply.code()).isEqualTo(code);
    }
  }

  @Test
  void aTitleThatIsTooLongIsRefusedWithItsBounds() {
    var reply = admin.post(PATH, Client.json(Map.of("title", "x".repeat(201))));
    assertThat(reply.code()).isEqualTo("invalid_parameter");
    assertThat(reply.json().get("errors").get(0).get("max").asInt()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, invalid_parameter",
    "limit=101, invalid_parameter",
    "limit=x, invalid_parameter",
    "cursor=nonsense, invalid_cursor",
    "cursor=MTIz, invalid_cursor",
    "cursor=, invalid_parameter",
    "title=a, unknown_field",
  })
  void wrongListsAreRefused(String query, String code) {
    assertThat(admin.get(PATH + "?" + query).code()).isEqualTo(code);
  }
}
