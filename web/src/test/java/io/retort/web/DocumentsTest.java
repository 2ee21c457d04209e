package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.PaperPdf;
import io.retort.web.fakes.TestServer;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Collections, documents, passages, jobs and search from outside. */
@Timeout(300)
class DocumentsTest {
  private static final String TEXT =
      "Leave policy 🌴\n\nEmployees may carry over up to five unused leave days into the next year."
          + " Carried days expire on 31 March.\n";

  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client admin;

  @BeforeAll
  static void start() throws Exception {
    server = TestServer.ofPdf(dataDir, new FakeModels(), Map.of());
    admin = server.admin();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Client.Reply put(String collection, Map<String, Object> document) {
    return admin.post(
        "/api/v1/collections/" + collection + "/documents",
        Client.json(Map.of("documents", List.of(document))));
  }

  private static String id(Client.Reply accepted) {
    return accepted.json().get("items").get(0).get("document_id").asString();
  }

  @Test
  void theContractsExampleIsTrue() {
    var created =
        admin.post(
            "/api/v1/collections",
            "{\"id\":\"handbook\",\"title\":\"Staff handbook\",\"fields\":[{\"name\":\"year\",\"type\":\"integer\"}]}");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.header("Location")).isEqualTo("/api/v1/collections/handbook");
    var accepted =
        put(
            "handbook",
            Map.of(
                "path",
                "leave.txt",
                "media_type",
                "text/plain",
                "tags",
                List.of("hr"),
                "metadata",
                Map.of("year", 2026),
                "text",
                TEXT));
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    assertThat(accepted.header("Location"))
        .isEqualTo("/api/v1/jobs/" + accepted.json().get("id").asString());
    assertThat(accepted.json().get("items").get(0).toString())
        .isEqualTo(
            "{\"path\":\"leave.txt\",\"document_id\":\"%s\",\"status\":\"ACCEPTED\",\"reason\":null}"
                .formatted(id(accepted)));
    JsonNode job = admin.awaitJob(accepted);
    assertThat(job.get("state").asString()).isEqualTo("succeeded");
    assertThat(job.get("progress").asDouble()).isEqualTo(1.0);

    JsonNode document = admin.get("/api/v1/documents/" + id(accepted)).json();
    assertThat(document.get("title").asString()).isEqualTo("leave");
    assertThat(document.get("status").asString()).isEqualTo("SEARCHABLE");
    assertThat(document.get("bytes").asInt()).isEqualTo(126);
    assertThat(document.get("characters").asInt()).isEqualTo(123);
    assertThat(document.get("chunks").asInt()).isEqualTo(1);
    assertThat(document.get("version").asInt()).isEqualTo(1);
    assertThat(document.get("metadata").toString()).isEqualTo("{\"year\":2026}");

    var passage = admin.get("/api/v1/documents/" + id(accepted) + "/passage?start=41&end=69");
    assertThat(passage.text())
        .isEqualTo(
            "{\"document_id\":\"%s\",\"version\":1,\"start\":41,\"end\":69,\"characters\":123,\"text\":\"up to five unused leave days\",\"page\":null,\"rects\":[]}"
                .formatted(id(accepted)));
    var plain =
        admin.send(
            admin
                .request("/api/v1/documents/" + id(accepted) + "/passage?start=13&end=14")
                .header("Accept", "text/plain")
                .build());
    assertThat(plain.text()).isEqualTo("🌴");
    assertThat(
            admin
                .get("/api/v1/documents/" + id(accepted) + "/passage")
                .json()
                .get("text")
                .asString())
        .isEqualTo(TEXT);

    JsonNode collection = admin.get("/api/v1/collections/handbook").json();
    assertThat(collection.propertyNames())
        .containsExactly(
            "id",
            "title",
            "description",
            "fields",
            "documents",
            "chunks",
            "characters",
            "bytes",
            "by_status",
            "index",
            "created_at",
            "updated_at");
    assertThat(collection.get("by_status").toString()).isEqualTo("{\"SEARCHABLE\":1}");
    assertThat(collection.get("index").get("state").asString()).isEqualTo("ready");

    JsonNode search =
        admin
            .post(
                "/api/v1/search",
                "{\"query\":\"carry over leave\",\"collection\":\"handbook\",\"k\":5,"
                    + "\"filters\":[{\"field\":\"metadata.year\",\"op\":\"range\",\"gte\":2025}]}")
            .json();
    assertThat(search.propertyNames())
        .containsExactly("query", "neighbours", "degraded", "timings");
    assertThat(search.get("neighbours")).hasSize(1);
    assertThat(search.get("neighbours").get(0).get("text").asString()).isEqualTo(TEXT);
    assertThat(search.get("degraded").isNull()).isTrue();
    assertThat(
            admin
                .post(
                    "/api/v1/search",
                    "{\"query\":\"carry over leave\",\"collection\":\"handbook\","
                        + "\"filters\":[{\"field\":\"metadata.year\",\"op\":\"eq\",\"value\":2026,\"negate\":true}]}")
                .json()
                .get("neighbours"))
        .isEmpty();
  }

  @Test
  void aPassageOutsideOfTheTextIsRefused() {
    server.collection("ranges");
    var accepted = put("ranges", Map.of("path", "a", "text", TEXT));
    admin.awaitJob(accepted);
    String passage = "/api/v1/documents/" + id(accepted) + "/passage";
    for (String range : List.of("?start=0&end=124", "?start=5&end=4", "?start=200")) {
      assertThat(admin.get(passage + range).code()).as(range).isEqualTo("range_out_of_bounds");
    }
    assertThat(admin.get(passage + "?start=-1").code()).isEqualTo("invalid_parameter");
    assertThat(admin.get(passage + "?start=0&end=2147483648").code())
        .isEqualTo("invalid_parameter");
    assertThat(admin.get(passage + "?version=2").status()).isEqualTo(410);
    assertThat(admin.get(passage + "?include=rects").json().get("rects")).isEmpty();
  }

  @Test
  void aPassageOfAPdfSaysWhereItLiesOnItsPage() throws Exception {
    server.collection("papers");
    server.collection("papers-of-others");
    byte[] pdf = PaperPdf.of(List.of("Reading rooms open at nine", "and close at six."));
    var accepted =
        admin.upload(
            "/api/v1/collections/papers/documents",
            List.of(new Client.File("rooms.pdf", pdf)),
            null);
    admin.awaitJob(accepted);
    String passage = "/api/v1/documents/" + id(accepted) + "/passage";
    String text = admin.get(passage).json().get("text").asString();
    int start = text.indexOf("at nine");
    String range = "?start=%d&end=%d".formatted(start, text.indexOf(" six"));

    var found = admin.get(passage + range + "&include=rects").json();
    assertThat(found.get("page").asInt()).isEqualTo(2);
    assertThat(found.get("rects").size()).isEqualTo(2);
    var second = found.get("rects").get(1);
    // The second line's base is at 170 of a page whose crop box begins at 50, its first letter at
    // 100 − 40.
    assertThat(second.get("page").asInt()).isEqualTo(2);
    assertThat(second.get("x").asDouble()).isEqualTo(60);
    assertThat(second.get("y").asDouble()).isBetween(105.0, 112.0);
    assertThat(second.get("y").asDouble() + second.get("height").asDouble())
        .isBetween(121.0, 126.0);
    assertThat(second.get("width").asDouble()).isBetween(70.0, 90.0);

    assertThat(admin.get(passage + range).json().get("rects")).isEmpty();
    assertThat(server.withKey("read", "papers-of-others").get(passage + "?include=rects").code())
        .isEqualTo("document_not_found");
    assertThat(server.withKey("ask").get(passage + "?include=rects").code())
        .isEqualTo("missing_scope");
  }

  @Test
  void anOriginalIsOnlyEverSaved() {
    server.collection("originals");
    byte[] bytes = "<script>alert(1)</script> with words".getBytes(StandardCharsets.UTF_8);
    var accepted =
        admin.upload(
            "/api/v1/collections/originals/documents",
            List.of(new Client.File("ü/nice \u202e name.html", bytes)),
            "[{\"title\":\"T\",\"tags\":[\"x\"],\"metadata\":{\"n\":1}}]");
    admin.awaitJob(accepted);
    String path = "/api/v1/documents/" + id(accepted) + "/original";
    var whole = admin.get(path);
    assertThat(whole.response().body()).isEqualTo(bytes);
    assertThat(whole.header("Content-Disposition")).startsWith("attachment;");
    assertThat(whole.header("Content-Security-Policy")).contains("sandbox");
    assertThat(whole.header("X-Content-Type-Options")).isEqualTo("nosniff");
    var part = admin.send(admin.request(path).header("Range", "bytes=1-6").build());
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.text()).isEqualTo("script");
    assertThat(part.header("Content-Range")).isEqualTo("bytes 1-6/" + bytes.length);
    var beyond = admin.send(admin.request(path).header("Range", "bytes=999-").build());
    assertThat(beyond.status()).isEqualTo(416);
    assertThat(beyond.code()).isEqualTo("range_not_satisfiable");
    assertThat(beyond.header("Content-Range")).isEqualTo("bytes */" + bytes.length);
    // Together more than there is, which Spring refuses too, but only after the body has begun.
    var twice = admin.send(admin.request(path).header("Range", "bytes=-2,-999").build());
    assertThat(twice.status()).isEqualTo(416);
    assertThat(twice.code()).isEqualTo("range_not_satisfiable");
  }

  @Test
  void aWalkThroughAListShowsEverythingOnce() {
    server.collection("many");
    List<Client.File> files = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      files.add(
          new Client.File(
              "d/" + i + ".txt",
              ("The number of this file is " + i).getBytes(StandardCharsets.UTF_8)));
    }
    var accepted = admin.upload("/api/v1/collections/many/documents", files, null);
    admin.awaitJob(accepted);
    Set<String> seen = new HashSet<>();
    String next = "";
    do {
      JsonNode page = admin.get("/api/v1/collections/many/documents?limit=3" + next).json();
      page.get("items").forEach(d -> assertThat(seen.add(d.get("path").asString())).isTrue());
      next =
          page.get("next_cursor").isNull()
              ? ""
              : "&cursor="
                  + URLEncoder.encode(page.get("next_cursor").asString(), StandardCharsets.UTF_8);
    } while (!next.isEmpty());
    assertThat(seen).hasSize(7);
    assertThat(
            admin
                .get("/api/v1/collections/many/documents?status=SEARCHABLE&limit=1")
                .json()
                .get("items"))
        .hasSize(1);
    assertThat(admin.get("/api/v1/collections/many/documents?status=FAILED").json().get("items"))
        .isEmpty();
    assertThat(admin.get("/api/v1/collections/many/documents?path_prefix=d/3").json().get("items"))
        .hasSize(1);
    assertThat(admin.delete("/api/v1/collections/many/documents?path_prefix=d/").text())
        .isEqualTo("{\"deleted\":7}");
    assertThat(admin.get("/api/v1/collections/many/documents").json().get("items")).isEmpty();
  }

  @Test
  void aJobTellsItsStoryAndResumes() {
    server.collection("story");
    var accepted = put("story", Map.of("path", "a", "text", "Words that can be found again."));
    String job = accepted.json().get("id").asString();
    String path = "/api/v1/jobs/" + job + "/events";
    List<Client.Event> events = admin.stream(path, null);
    assertThat(events.getFirst().name()).isEqualTo("job");
    assertThat(events.getLast().name()).isEqualTo("done");
    assertThat(events).extracting(Client.Event::name).contains("item");
    assertThat(events).allSatisfy(e -> assertThat(e.id()).startsWith(job + ":"));
    var resumed =
        admin.send(
            admin
                .request(path)
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", events.getLast().id())
                .build());
    assertThat(Client.events(resumed.text()).getLast().name()).isEqualTo("done");
    assertThat(admin.send(admin.request(path).header("Last-Event-ID", "job_x:1").build()).code())
        .isEqualTo("invalid_parameter");
    assertThat(admin.post("/api/v1/jobs/" + job + ":cancel", "").code()).isEqualTo("job_final");
    assertThat(admin.post("/api/v1/jobs/" + job + ":retry", "").code())
        .isEqualTo("nothing_to_retry");
    assertThat(admin.get("/api/v1/jobs?collection=story").json().get("items")).hasSize(1);
    JsonNode item = admin.get("/api/v1/jobs/" + job + "/items").json().get("items").get(0);
    assertThat(item.propertyNames())
        .containsExactly(
            "path",
            "document_id",
            "status",
            "outcome",
            "phase",
            "chunks_done",
            "chunks_total",
            "attempts",
            "reason");
    assertThat(item.get("outcome").asString()).isEqualTo("added");
  }

  @Test
  void aRepeatedRequestIsOneJob() {
    server.collection("once");
    String body = "{\"documents\":[{\"path\":\"a\",\"text\":\"Words of a document.\"}]}";
    var first = once(body);
    var second = once(body);
    assertThat(second.json().get("id")).isEqualTo(first.json().get("id"));
    assertThat(first.header("Idempotency-Replayed")).isEmpty();
    assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(once(body.replace("Words", "Other words")).code())
        .isEqualTo("idempotency_key_reused");
    server.collection("once-elsewhere");
    var elsewhere = once("once-elsewhere", body);
    assertThat(elsewhere.status()).as(elsewhere.text()).isEqualTo(202);
    assertThat(elsewhere.header("Idempotency-Replayed")).isEmpty();
  }

  @Test
  @Tag("API-10")
  void fiftyEqualRequestsAtOnceAreOneJob() throws Exception {
    server.collection("at-once");
    String body = "{\"documents\":[{\"path\":\"a\",\"text\":\"Words that came fifty times.\"}]}";
    var together = new CountDownLatch(1);
    var replies = new ConcurrentLinkedQueue<Client.Reply>();
    var threads = new ArrayList<Thread>();
    for (int n = 0; n < 50; n++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      together.await();
                      replies.add(once("at-once", body));
                    } catch (InterruptedException e) {
                      throw new AssertionError(e);
                    }
                  }));
    }
    together.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(replies).hasSize(50).extracting(Client.Reply::status).containsOnly(202);
    assertThat(replies)
        .extracting(reply -> reply.json().get("id").asString())
        .containsOnly(replies.element().json().get("id").asString());
    assertThat(replies.stream().filter(r -> r.header("Idempotency-Replayed").isEmpty())).hasSize(1);
    admin.awaitJob(replies.element());
    assertThat(admin.get("/api/v1/jobs?collection=at-once").json().get("items")).hasSize(1);
    assertThat(admin.get("/api/v1/collections/at-once/documents").json().get("items")).hasSize(1);
  }

  private static Client.Reply once(String body) {
    return once("once", body);
  }

  private static Client.Reply once(String collection, String body) {
    return admin.send(
        admin
            .request("/api/v1/collections/" + collection + "/documents")
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "abc")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  @Test
  void aDeletedDocumentIsGoneFromEverywhere() {
    server.collection("gone");
    var accepted = put("gone", Map.of("path", "a", "text", "A canary sings in the mine."));
    admin.awaitJob(accepted);
    String search = "{\"query\":\"canary mine\",\"collection\":\"gone\"}";
    assertThat(admin.post("/api/v1/search", search).text()).contains("canary sings");
    assertThat(admin.delete("/api/v1/documents/" + id(accepted)).status()).isEqualTo(204);
    assertThat(admin.post("/api/v1/search", search).json().get("neighbours")).isEmpty();
    assertThat(admin.get("/api/v1/documents/" + id(accepted)).status()).isEqualTo(404);
    assertThat(admin.get("/api/v1/documents/" + id(accepted) + "/passage").status()).isEqualTo(404);
    assertThat(admin.delete("/api/v1/documents/" + id(accepted)).status()).isEqualTo(404);
  }

  @Test
  void aCollectionIsChangedAndDeleted() {
    server.collection("shortlived");
    var patched =
        admin.patch(
            "/api/v1/collections/shortlived",
            "{\"title\":\"New\",\"fields\":[{\"name\":\"due\",\"type\":\"date\"}]}");
    assertThat(patched.json().get("title").asString()).isEqualTo("New");
    assertThat(patched.json().get("fields").toString())
        .isEqualTo("[{\"name\":\"due\",\"type\":\"date\"}]");
    assertThat(admin.delete("/api/v1/collections/shortlived").status()).isEqualTo(204);
    assertThat(admin.get("/api/v1/collections/shortlived").status()).isEqualTo(404);
    assertThat(admin.delete("/api/v1/collections/shortlived").status()).isEqualTo(404);
  }

  @Test
  void filesThatCannotBeReadEndInTheirStatusAndSparesTheOthers() {
    server.collection("odd");
    var accepted =
        admin.upload(
            "/api/v1/collections/odd/documents",
            List.of(
                new Client.File("empty.txt", new byte[0]),
                new Client.File("binary.bin", new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1}),
                new Client.File("good.txt", "Good words here.".getBytes(StandardCharsets.UTF_8)),
                new Client.File("good.txt", "The same path.".getBytes(StandardCharsets.UTF_8))),
            null);
    JsonNode job = admin.awaitJob(accepted);
    assertThat(job.get("state").asString()).isEqualTo("partially_succeeded");
    assertThat(job.get("completed").asInt() + job.get("failed").asInt()).isEqualTo(4);
    JsonNode items =
        admin.get("/api/v1/jobs/" + job.get("id").asString() + "/items").json().get("items");
    assertThat(items)
        .extracting(i -> i.get("path").asString() + " " + i.get("status").asString())
        .contains(
            "empty.txt NO_TEXT",
            "binary.bin UNSUPPORTED",
            "good.txt SEARCHABLE",
            "good.txt FAILED");
  }

  @Test
  void theStatusIsThere() {
    JsonNode status = admin.get("/api/v1/admin/status").json();
    assertThat(status.propertyNames())
        .containsExactly("version", "device", "fingerprint", "index", "queues", "disk");
    assertThat(status.get("index").get("drift").asInt()).isZero();
    assertThat(status.get("disk").get("used_share").asDouble()).isBetween(0.0, 1.0);
  }
}
