package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Question sets and evaluation runs from outside, with one slot for answers. */
@Timeout(300)
class EvaluationsTest {
  private static final String SETS = "/api/v1/evaluations/datasets";
  private static final String RUNS = "/api/v1/evaluations";
  private static final String LEAVE = "Employees may carry over up to five unused leave days.";
  private static final String ANSWER = LEAVE.substring(0, 40);

  @TempDir Path dataDir;
  private final FakeModels models = new FakeModels();
  private TestServer server;
  private Client admin;
  private String document;

  @BeforeEach
  void start() throws Exception {
    open();
    server.collection("handbook");
    var upload =
        admin.post(
            "/api/v1/collections/handbook/documents",
            Client.json(
                Map.of(
                    "documents",
                    List.of(Map.of("path", "leave.txt", "title", "Leave", "text", LEAVE)))));
    admin.awaitJob(upload);
    document = upload.json().get("items").get(0).get("document_id").asString();
  }

  private void open() throws Exception {
    open(Map.of());
  }

  private void open(Map<String, String> more) throws Exception {
    var settings = new HashMap<>(more);
    settings.put("retort.answers.slots", "1");
    server = new TestServer(dataDir, models, settings);
    admin = server.admin();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Client.Reply put(Client client, String name, String body) {
    return client.send(
        client
            .request(SETS + "/" + name)
            .header("Content-Type", "application/x-ndjson")
            .PUT(BodyPublishers.ofString(body))
            .build());
  }

  private static String line(String id, String question, String... answers) {
    return Client.json(
        Map.of("id", id, "question", question, "answers", List.of(answers), "path", "leave.txt"));
  }

  /** A right answer, a wrong one, one rightly declined, and a question at which the model fails. */
  private void putMixed() {
    var reply =
        put(
            admin,
            "mixed",
            String.join(
                "\n",
                line("a", "How many leave days?", ANSWER, "five unused"),
                line("b", "Which days?", "forty"),
                line("c", "unsure of the weather"),
                line("d", "fail at this", "x")));
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
  }

  private Client.Reply begin(String dataset, Map<String, ?> more) {
    var body = new HashMap<String, Object>(Map.of("collection", "handbook", "dataset", dataset));
    body.putAll(more);
    var reply = admin.post(RUNS, Client.json(body));
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    return reply;
  }

  private String run(String dataset, Map<String, ?> more) {
    Client.Reply begun = begin(dataset, more);
    admin.awaitJob(begun);
    return begun.json().get("evaluation_id").asString();
  }

  private JsonNode get(String path) {
    var reply = admin.get(path);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  private static void until(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait(); // the test's own time limit ends it
    }
  }

  @Test
  void aSetIsKeptReplacedListedAndRemoved() {
    var first = put(admin, "leave", line("a", "How many?", "five") + "\n" + line("b", "Snow?"));
    assertThat(first.status()).isEqualTo(201);
    JsonNode kept = first.json().get("dataset");
    assertThat(kept.propertyNames())
        .containsExactly(
            "name",
            "sha256",
            "bytes",
            "questions",
            "unanswerable",
            "left_out",
            "created_at",
            "updated_at");
    assertThat(kept.get("questions").asInt()).isEqualTo(2);
    assertThat(kept.get("unanswerable").asInt()).isEqualTo(1);
    put(admin, "other", line("a", "How many?", "five"));
    var second = put(admin, "leave", line("a", "How many?", "five"));
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.json().at("/dataset/questions").asInt()).isOne();
    assertThat(second.json().at("/dataset/created_at")).isEqualTo(kept.get("created_at"));

    JsonNode page = get(SETS + "?limit=1");
    assertThat(page.at("/items/0/name").asString()).isEqualTo("leave");
    JsonNode rest = get(SETS + "?limit=1&cursor=" + page.get("next_cursor").asString());
    assertThat(rest.at("/items/0/name").asString()).isEqualTo("other");
    assertThat(rest.get("next_cursor").isNull()).isTrue();
    assertThat(admin.delete(SETS + "/leave").status()).isEqualTo(204);
    assertThat(admin.delete(SETS + "/leave").code()).isEqualTo("dataset_not_found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"question\":\"q\",\"answers\":[]}\\n{\"question\":           | line 2 | JSON object",
        "{\"answers\":[]}                                                | line 1 | 'question' is",
        "\\n\\n{\"question\":\"q\"}                                      | line 3 | 'answers' is",
        "{\"question\":\"q\",\"answers\":[\"\"]}                         | line 1 | must be a text",
        "{\"id\":\"a\",\"question\":\"q\",\"answers\":[]}\\n"
            + "{\"id\":\"a\",\"question\":\"r\",\"answers\":[]}           | line 2 | stands in a line",
        "[1]                                                             | line 1 | JSON object",
      })
  void aBadLineIsNamedAndRefusesTheSet(String body, String field, String message) {
    var reply = put(admin, "bad", body.replace("\\n", "\n"));
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid_dataset");
    JsonNode error = reply.json().get("errors").get(0);
    assertThat(error.get("field").asString()).isEqualTo(field);
    assertThat(error.get("message").asString()).contains(message);
    assertThat(admin.get(SETS).json().get("items")).isEmpty();
  }

  @Test
  void whatIsNoSetIsRefused() {
    for (String empty : List.of("", "\n \n")) {
      var reply = put(admin, "empty", empty);
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.json().get("detail").asString()).contains("no question");
    }
    assertThat(put(admin, "A", line("a", "q")).code()).isEqualTo("invalid_parameter");
    assertThat(put(admin, "large", "x".repeat((16 << 20) + 1)).code()).isEqualTo("body_too_large");
    byte[] latin = "{\"question\":\"é\",\"answers\":[]}".getBytes(StandardCharsets.ISO_8859_1);
    var bytes =
        admin.send(admin.request(SETS + "/latin").PUT(BodyPublishers.ofByteArray(latin)).build());
    assertThat(bytes.text()).contains("line 1", "is not UTF-8");
  }

  @Test
  void badLinesCanBeLeftOutAndAreNamedInTheRun() {
    String lines = line("a", "How many leave days?", ANSWER) + "\n{\n{}\n" + line("b", "unsure");
    var reply = put(admin, "torn?strict=false", lines);
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    assertThat(reply.json().at("/dataset/left_out").asInt()).isEqualTo(2);
    assertThat(reply.json().at("/complaints/0/line").asInt()).isEqualTo(2);
    JsonNode run = get(RUNS + "/" + run("torn", Map.of()));
    assertThat(run.get("left_out").toString()).contains("torn, line 2: ", "torn, line 3: ");
    assertThat(run.at("/counts/left_out").asInt()).isEqualTo(2);
    assertThat(put(admin, "torn?strict=false", "{\n".repeat(3)).code())
        .isEqualTo("invalid_dataset");
  }

  @Test
  void aRunMeasuresAndKeepsEveryQuestion() throws Exception {
    putMixed();
    Client.Reply begun = begin("mixed", Map.of("k", 3, "knock_outs", 1, "seed", 7));
    String job = begun.json().get("id").asString();
    assertThat(begun.header("Location")).isEqualTo("/api/v1/jobs/" + job);
    assertThat(begun.json().get("kind").asString()).isEqualTo("evaluation");
    JsonNode done = admin.awaitJob(begun);
    assertThat(done.get("state").asString()).isEqualTo("partially_succeeded");
    assertThat(done.get("completed").asInt()).isEqualTo(3);
    assertThat(done.get("failed").asInt()).isOne();

    String id = begun.json().get("evaluation_id").asString();
    assertThat(id).matches("evl_[0-9a-z]{26}");
    JsonNode run = get(RUNS + "/" + id);
    assertThat(run.get("job_id").asString()).isEqualTo(job);
    assertThat(run.get("state").asString()).isEqualTo("partially_succeeded");
    assertThat(run.get("dataset").asString()).isEqualTo("mixed");
    assertThat(run.get("k").asInt()).isEqualTo(3);
    assertThat(run.get("seed").asInt()).isEqualTo(7);
    assertThat(run.get("questions").asInt()).isEqualTo(4);
    assertThat(run.at("/metrics/em").asDouble()).isEqualTo(0.5);
    assertThat(run.at("/metrics/citation_invalid").asDouble()).isZero();
    assertThat(run.at("/metrics/recall_at_k").asDouble()).isEqualTo(0.5);
    assertThat(run.at("/metrics/knock_out_median_nats").asDouble()).isEqualTo(1);
    assertThat(run.at("/intervals/em/low").asDouble()).isZero();
    assertThat(run.at("/intervals/em/high").asDouble()).isOne();
    assertThat(run.at("/intervals/em/n").asInt()).isEqualTo(2);
    assertThat(run.at("/outcomes/failed").asInt()).isOne();
    assertThat(run.at("/outcomes/rightly_declined").asInt()).isOne();
    assertThat(run.at("/model/fingerprint").asString()).isEqualTo("sha256:all");
    assertThat(run.at("/machine/cores").asInt()).isPositive();
    assertThat(run.get("risk_coverage")).isNotEmpty();
    assertThat(run.get("reliability")).isNotEmpty();
    assertThat(run.get("latency")).hasSize(50);
    assertThat(run.get("error").isNull()).isTrue();

    JsonNode first = get(RUNS + "/" + id + "/rows?limit=3");
    JsonNode rest = get(RUNS + "/" + id + "/rows?cursor=" + first.get("next_cursor").asString());
    assertThat(first.get("items").valueStream().map(r -> r.get("verdict").asString()))
        .containsExactly("right", "wrong", "rightly_declined");
    assertThat(rest.at("/items/0/error").asString()).contains("failed");
    JsonNode cited = first.at("/items/0/citations/0");
    assertThat(cited.get("title").asString()).isEqualTo("Leave");
    assertThat(cited.get("quote").isNull()).isTrue();
    assertThat(cited.at("/place/document_id").asString()).isEqualTo(document);
    assertThat(cited.at("/place/span/end").asInt()).isEqualTo(40);
    assertThat(get(RUNS + "/" + id + "/rows?verdict=wrong").get("items")).hasSize(1);
    assertThat(admin.get(RUNS + "/" + id + "/rows?verdict=odd").code())
        .isEqualTo("invalid_parameter");

    var file = admin.get(RUNS + "/" + id + "/file");
    assertThat(file.header("Content-Disposition")).contains("attachment", id + ".json");
    assertThat(file.json().get("format").asInt()).isOne();
    assertThat(file.json().get("rows")).hasSize(4);
    assertThat(file.json().get("metrics")).isEqualTo(run.get("metrics"));
    assertThat(file.json().at("/conditions/command").asString())
        .startsWith("POST /api/v1/evaluations {\"collection\":\"handbook\"");
    var report = admin.get(RUNS + "/" + id + "/report");
    assertThat(report.header("Content-Disposition")).contains("attachment", id + ".html");
    assertThat(report.header("Content-Security-Policy")).startsWith("sandbox");
    assertThat(report.text()).startsWith("<!DOCTYPE html>").contains("How many leave days?");
  }

  @Test
  void theSameSeedGivesTheSameFiguresAndNoDifference() {
    var lines = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      lines.append(line("q" + i, "How many leave days " + i, i % 3 == 0 ? "no" : ANSWER));
      lines.append('\n');
    }
    put(admin, "many", lines.toString());
    String one = run("many", Map.of("limit", 6, "seed", 3));
    String other = run("many", Map.of("limit", 6, "seed", 3));
    JsonNode figures = get(RUNS + "/" + one);
    JsonNode again = get(RUNS + "/" + other);
    for (String field : List.of("metrics", "intervals")) {
      figures
          .get(field)
          .properties()
          .forEach(
              e -> {
                if (!e.getKey().endsWith("_ms")) {
                  assertThat(again.get(field).get(e.getKey()))
                      .as(e.getKey())
                      .isEqualTo(e.getValue());
                }
              });
    }
    JsonNode compared = get(RUNS + "/" + other + "/compare?with=" + one);
    assertThat(compared.get("common").asInt()).isEqualTo(6);
    assertThat(compared.get("changes")).isEmpty();
    assertThat(compared.at("/differences/em/difference").asDouble()).isZero();
    assertThat(compared.at("/differences/em/clear").asBoolean()).isFalse();

    put(admin, "many", lines.toString().replace("[\"no\"]", "[\"" + ANSWER + "\"]"));
    String better = run("many", Map.of("limit", 6, "seed", 3, "style", "sentence"));
    JsonNode gained = get(RUNS + "/" + better + "/compare?with=" + one);
    int wrong = figures.at("/outcomes/wrong").asInt();
    assertThat(wrong).isPositive();
    assertThat(gained.get("gained")).hasSize(wrong);
    assertThat(gained.at("/gained/0/question").asString()).startsWith("How many leave days");
    assertThat(gained.get("changes").toString()).contains("style: sentence", "dataset_sha256");
    assertThat(admin.get(RUNS + "/" + better + "/report?with=" + one).text())
        .contains("Compared with an earlier run");

    JsonNode newest = get(RUNS + "?limit=2");
    assertThat(newest.at("/items/0/id").asString()).isEqualTo(better);
    JsonNode oldest = get(RUNS + "?limit=2&cursor=" + newest.get("next_cursor").asString());
    assertThat(oldest.at("/items/0/id").asString()).isEqualTo(one);
    assertThat(get(RUNS + "?collection=other").get("items")).isEmpty();
  }

  @Test
  void progressIsToldAsOfAnyJobAndTakenUpAgain() throws Exception {
    put(admin, "slow", line("a", "How many?", "five") + "\n" + line("b", "wait for it", "five"));
    Client.Reply begun = begin("slow", Map.of());
    String job = begun.json().get("id").asString();
    until(() -> models.generator().waiting() == 1);
    JsonNode halfway = get("/api/v1/jobs/" + job);
    assertThat(halfway.get("progress").asDouble()).isEqualTo(0.5);
    assertThat(halfway.get("completed").asInt()).isOne();
    models.generator().release(1);
    List<Client.Event> all = admin.stream("/api/v1/jobs/" + job + "/events", null);
    assertThat(all.getFirst().name()).isEqualTo("job");
    assertThat(all.getLast().name()).isEqualTo("done");
    assertThat(all.getLast().data().get("progress").asDouble()).isOne();
    var resumed =
        admin.send(
            admin
                .request("/api/v1/jobs/" + job + "/events")
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", all.getFirst().id())
                .GET()
                .build());
    assertThat(Client.events(resumed.text()).getLast().id()).isEqualTo(all.getLast().id());
  }

  @Test
  void usersGoFirstAndOneRunFollowsTheOther() throws Exception {
    put(admin, "two", line("a", "How many leave days?", ANSWER));
    var user =
        Thread.ofVirtual()
            .start(
                () ->
                    admin.post(
                        "/api/v1/answers",
                        "{\"question\":\"wait for me\",\"collection\":\"handbook\"}"));
    until(() -> models.generator().waiting() == 1);
    Client.Reply first = begin("two", Map.of());
    Client.Reply second = begin("two", Map.of());
    String firstJob = "/api/v1/jobs/" + first.json().get("id").asString();
    until(() -> get(firstJob).get("state").asString().equals("running"));
    // The only slot is taken: the run does not even wait in the queue where users would stand.
    assertThat(get("/api/v1/admin/status").at("/queues/answers").asInt()).isZero();
    assertThat(get(firstJob).get("completed").asInt()).isZero();
    assertThat(get("/api/v1/jobs/" + second.json().get("id").asString()).get("state").asString())
        .isEqualTo("queued");
    models.generator().release(1);
    user.join();
    assertThat(admin.awaitJob(first).get("state").asString()).isEqualTo("succeeded");
    assertThat(admin.awaitJob(second).get("state").asString()).isEqualTo("succeeded");
  }

  @Test
  void aCancelledRunKeepsItsRowsAndHasNoFigures() {
    put(admin, "slow", line("a", "How many?", "five") + "\n" + line("b", "wait for it", "five"));
    Client.Reply begun = begin("slow", Map.of());
    Client.Reply waiting = begin("slow", Map.of());
    String job = "/api/v1/jobs/" + begun.json().get("id").asString();
    String run = RUNS + "/" + begun.json().get("evaluation_id").asString();
    until(() -> models.generator().waiting() == 1);
    assertThat(admin.delete(run).code()).isEqualTo("evaluation_running");
    var other = admin.post("/api/v1/jobs/" + waiting.json().get("id").asString() + ":cancel", "");
    assertThat(other.json().get("state").asString()).isEqualTo("cancelled");
    var cancelled = admin.post(job + ":cancel", "");
    assertThat(cancelled.status()).as(cancelled.text()).isEqualTo(200);
    assertThat(cancelled.json().get("state").asString()).isEqualTo("cancelled");
    until(() -> models.generator().cancelled() == 1);
    assertThat(admin.post(job + ":cancel", "").code()).isEqualTo("job_final");
    assertThat(get(run + "/rows").get("items")).hasSize(1);
    assertThat(get(run).get("metrics")).isEmpty();
    for (String whole :
        List.of("/file", "/report", "/compare?with=" + run.replace(RUNS + "/", ""))) {
      assertThat(admin.get(run + whole).code()).isEqualTo("evaluation_unfinished");
    }
    assertThat(admin.delete(run).status()).isEqualTo(204);
    assertThat(admin.get(run).code()).isEqualTo("evaluation_not_found");
    // The next run is not hit by the stop of the last one.
    put(admin, "quick", line("a", "How many?", "five"));
    assertThat(admin.awaitJob(begin("quick", Map.of())).get("state").asString())
        .isEqualTo("succeeded");
  }

  /** A set whose fourth question waits; a run of it measures something of every kind. */
  private Map<String, Object> putHalting() {
    put(
        admin,
        "halting",
        String.join(
            "\n",
            line("a", "How many leave days?", ANSWER, "five unused"),
            line("b", "fail at this", "x"),
            line("c", "Which days?", "forty"),
            line("d", "wait for it", ANSWER),
            line("e", "unsure of the weather"),
            line("f", "How many days are carried over?", ANSWER)));
    return Map.of("knock_outs", 3, "seed", 7);
  }

  /** What a run found, without its times. */
  private JsonNode found(Client.Reply begun) {
    ObjectNode file =
        (ObjectNode) get(RUNS + "/" + begun.json().get("evaluation_id").asString() + "/file");
    file.remove(List.of("started_at", "finished_at", "seconds", "latency"));
    for (String figures : List.of("metrics", "intervals")) {
      ObjectNode named = (ObjectNode) file.get(figures);
      named.remove(
          named.propertyStream().map(Map.Entry::getKey).filter(n -> n.endsWith("_ms")).toList());
    }
    file.get("rows")
        .forEach(row -> ((ObjectNode) row).remove(List.of("first_token_ms", "total_ms")));
    return file;
  }

  @Test
  void whatRanWhenTheServiceStoppedGoesOnAndFindsWhatItWouldHaveFound() throws Exception {
    Map<String, Object> settings = putHalting();
    Client.Reply undisturbed = begin("halting", settings);
    models.generator().release(1);
    admin.awaitJob(undisturbed);

    Client.Reply ran = begin("halting", settings);
    Client.Reply waits = begin("halting", Map.of("limit", 1));
    until(() -> models.generator().waiting() == 1);
    String job = "/api/v1/jobs/" + ran.json().get("id").asString();
    String started = get(job).get("started_at").asString();
    server.close();
    int before = models.generator().begun().size();
    models.generator().release(1);
    open();
    JsonNode done = admin.awaitJob(ran);
    assertThat(done.get("state").asString()).isEqualTo("partially_succeeded");
    assertThat(done.get("completed").asInt()).isEqualTo(5);
    assertThat(done.get("failed").asInt()).isOne();
    assertThat(done.get("started_at").asString()).isEqualTo(started);
    assertThat(admin.awaitJob(waits).get("state").asString()).isEqualTo("succeeded");
    assertThat(models.generator().begun().subList(before, before + 3))
        .as("what was answered is not asked again")
        .containsExactly("wait for it", "unsure of the weather", "How many days are carried over?");
    assertThat(found(ran)).isEqualTo(found(undisturbed));
  }

  @Test
  void aStoppedRunIsNotFinishedByAnotherService() throws Exception {
    Client.Reply ran = begin("halting", putHalting());
    put(admin, "quick", line("a", "How many?", "five"));
    Client.Reply waited = begin("quick", Map.of());
    until(() -> models.generator().waiting() == 1);
    server.close();
    open(Map.of("retort.retrieval.rerank", "true"));
    JsonNode job = admin.awaitJob(ran);
    assertThat(job.get("state").asString()).isEqualTo("failed");
    assertThat(job.at("/error/code").asString()).isEqualTo("interrupted");
    assertThat(job.at("/error/message").asString()).contains("other settings");
    assertThat(job.get("completed").asInt()).isEqualTo(2);
    assertThat(job.get("failed").asInt()).isEqualTo(4);
    JsonNode run = get(RUNS + "/" + ran.json().get("evaluation_id").asString());
    assertThat(run.get("metrics")).isEmpty();
    assertThat(run.at("/error/code").asString()).isEqualTo("interrupted");
    assertThat(admin.awaitJob(waited).get("state").asString()).isEqualTo("succeeded");
  }

  @Test
  void aRunIsForWhoSeesItsCollectionAndASetForWhoPutIt() {
    putMixed();
    server.collection("mine");
    String id = run("mixed", Map.of());
    Client all = server.withKey("ask read write");
    Client mine = server.withKey("read write", "mine");
    assertThat(all.get(RUNS + "/" + id).status()).isEqualTo(200);
    assertThat(all.get(SETS).text()).contains("mixed");
    for (String path : List.of("", "/rows", "/file", "/report", "/compare?with=" + id)) {
      assertThat(mine.get(RUNS + "/" + id + path).code()).isEqualTo("evaluation_not_found");
    }
    assertThat(mine.get(RUNS).json().get("items")).isEmpty();
    assertThat(mine.get(SETS).json().get("items")).isEmpty();
    assertThat(mine.delete(SETS + "/mixed").code()).isEqualTo("dataset_not_found");
    assertThat(put(mine, "mixed", line("a", "q")).code()).isEqualTo("dataset_exists");
    assertThat(mine.post(RUNS, "{\"collection\":\"mine\",\"dataset\":\"mixed\"}").code())
        .isEqualTo("dataset_not_found");
    assertThat(put(mine, "own", line("a", "unsure")).status()).isEqualTo(201);
    var begun = mine.post(RUNS, "{\"collection\":\"mine\",\"dataset\":\"own\"}");
    assertThat(mine.awaitJob(begun).get("state").asString()).isEqualTo("succeeded");
    assertThat(server.withKey("ask read").get(RUNS).code()).isEqualTo("missing_scope");
  }

  @Test
  void aDeletedDocumentLeavesNoTitleAndADeletedCollectionNoRun() {
    putMixed();
    String id = run("mixed", Map.of());
    admin.delete("/api/v1/documents/" + document);
    JsonNode cited = get(RUNS + "/" + id + "/rows").at("/items/0/citations/0");
    assertThat(cited.get("title").asString()).isEmpty();
    assertThat(cited.get("place").isNull()).isTrue();
    assertThat(admin.get(RUNS + "/" + id + "/file").text()).doesNotContain("\"Leave\"");
    admin.delete("/api/v1/collections/handbook");
    server.collection("handbook");
    assertThat(admin.get(RUNS + "/" + id).code()).isEqualTo("evaluation_not_found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"dataset\":\"mixed\"} | missing_field",
        "{\"collection\":\"handbook\"} | missing_field",
        "{\"collection\":\"handbook\",\"dataset\":\"none\"} | dataset_not_found",
        "{\"collection\":\"none\",\"dataset\":\"mixed\"} | collection_not_found",
        "{\"collection\":\"handbook\",\"dataset\":\"mixed\",\"limit\":0} | invalid_parameter",
        "{\"collection\":\"handbook\",\"dataset\":\"mixed\",\"limit\":100001} | invalid_parameter",
        "{\"collection\":\"handbook\",\"dataset\":\"mixed\",\"k\":33} | invalid_parameter",
        "{\"collection\":\"handbook\",\"dataset\":\"mixed\",\"style\":\"odd\"} | invalid_parameter",
        "{\"collection\":\"handbook\",\"dataset\":\"mixed\",\"min_confidence\":2} | invalid_parameter",
        "{\"collection\":\"handbook\",\"dataset\":\"mixed\",\"odd\":1} | unknown_field",
      })
  void aWrongRequestIsRefused(String body, String code) {
    putMixed();
    assertThat(admin.post(RUNS, body).code()).isEqualTo(code);
  }

  @Test
  void theQueueHasAnEnd() {
    put(admin, "slow", line("a", "wait for it", "five"));
    var reply = begin("slow", Map.of());
    until(() -> models.generator().waiting() == 1);
    for (int i = 0; i < 16; i++) {
      begin("slow", Map.of());
    }
    reply = admin.post(RUNS, "{\"collection\":\"handbook\",\"dataset\":\"slow\"}");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.code()).isEqualTo("overloaded");
    assertThat(reply.header("Retry-After")).isEqualTo("60");
    get("/api/v1/jobs?state=queued")
        .get("items")
        .forEach(job -> admin.post("/api/v1/jobs/" + job.get("id").asString() + ":cancel", ""));
    models.generator().release(1);
  }
}
