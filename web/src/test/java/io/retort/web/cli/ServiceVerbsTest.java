package io.retort.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** The verbs that are clients, against a service that answers as told. */
class ServiceVerbsTest {
  private static final String NEIGHBOUR =
      """
      {"chunk_id":"doc_a:0","document_id":"doc_a","collection":"handbook","title":"leave",\
      "version":1,"page":3,"span":{"start":0,"end":123},"continuation":null,\
      "text":"Leave\\n policy","score":0.0328,"rank":1,"source":"both","reranked":false}\
      """;

  private static final String CITATION =
      """
      {"id":1,"collection":"handbook","document_id":"doc_a","version":1,"title":"leave",\
      "chunk_id":"doc_a:0","page":3,"source_span":{"start":41,"end":50},\
      "answer_span":{"start":3,"end":12},"quote":"five days","score":0.97,"state":"live",\
      "url":"/documents/doc_a"}\
      """;

  @TempDir private Path folder;
  private FakeService service;

  @BeforeEach
  void start() {
    service = new FakeService();
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private Shell.Result run(String... arguments) {
    String[] withUrl = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, withUrl, 0, arguments.length);
    withUrl[arguments.length] = "--url";
    withUrl[arguments.length + 1] = service.url() + "/";
    return new Shell(folder).with("RETORT_KEY", "rt_secret").run(withUrl);
  }

  private static String answer(String answer, String reason, String citations, String unsupported) {
    return """
    {"id":"ans_x","question":"q","collection":"handbook","collections":null,\
    "conversation_id":null,"answer":%s,"abstained":%s,"reason":%s,"confidence":0.93,\
    "style":"sentence","finish_reason":"stop","partial":false,"degraded":null,\
    "citations":[%s],"unsupported":[%s],"neighbours":[%s],"trace":[],"tokens":null,\
    "usage":{"prompt_tokens":14,"generated_tokens":4,"neighbour_tokens":33,"retrievals":1},\
    "timings":{"queue_ms":0,"encode_ms":9,"retrieve_ms":4,"neighbour_encode_ms":61,\
    "prefill_ms":31,"decode_ms":142,"verify_ms":1,"first_token_ms":239,"total_ms":251},\
    "model":{"decoder":"d","encoder":"e","fingerprint":"f","device":"cpu","chunk_length":64,\
    "neighbours_in_prompt":0},"created_at":"2026-11-25T09:01:00.000Z"}\
    """
        .formatted(
            answer == null ? "null" : "\"" + answer + "\"",
            answer == null,
            reason == null ? "null" : "\"" + reason + "\"",
            citations,
            unsupported,
            NEIGHBOUR);
  }

  private static String page(String... items) {
    return "{\"items\":[" + String.join(",", items) + "],\"next_cursor\":null}";
  }

  private static String job(String state, int total, int completed, int failed, int unchanged) {
    return """
    {"id":"job_x","kind":"ingest","collection":"handbook","state":"%s","progress":1.0,\
    "total":%d,"completed":%d,"failed":%d,"unchanged":%d,"chunks_written":7,\
    "eta_seconds":null,"created_at":"2026-11-25T09:00:00.000Z","started_at":null,\
    "finished_at":null,"error":null}\
    """
        .formatted(state, total, completed, failed, unchanged);
  }

  private static String item(String path, String status, String reason) {
    return """
    {"path":"%s","document_id":"doc_a","status":"%s","outcome":null,"phase":"done",\
    "chunks_done":0,"chunks_total":null,"attempts":1,"reason":%s}\
    """
        .formatted(
            path,
            status,
            reason == null ? "null" : "{\"code\":\"" + reason + "\",\"message\":\"it is so\"}");
  }

  // ask

  @Test
  void anAnswerIsShownWithMarksAndSources() {
    service.stream(
            "POST /api/v1/answers",
            "token",
            "{\"index\":0,\"text\":\"Up\"}",
            "token",
            "{\"index\":1,\"text\":\" five days\"}",
            "citation",
            CITATION,
            "token",
            "{\"index\":2,\"text\":\" so.\"}",
            "usage",
            "{\"usage\":{},\"timings\":{}}",
            "done",
            answer("Up five days so.", null, CITATION, "{\"start\":12,\"end\":16}"))
        .on("GET /api/v1/documents/doc_a", 200, "{\"id\":\"doc_a\",\"path\":\"hr/leave.txt\"}");
    Shell.Result result = run("ask", "How many?", "--collection", "handbook", "--k", "4");
    assertThat(result.out())
        .isEqualTo(
            """
            Up five days[1] so.

            [1] leave · hr/leave.txt · page 3
                “five days”
            No source: so.
            """);
    assertThat(result.err()).contains("confidence 0.93", "251 ms", "cpu");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    var call = service.calls("POST /api/v1/answers").getFirst();
    assertThat(call.credential()).isEqualTo("Bearer rt_secret");
    assertThat(call.body())
        .isEqualTo(
            "{\"question\":\"How many?\",\"filters\":[],\"collection\":\"handbook\",\"k\":4,"
                + "\"include\":[\"neighbour_text\"]}");
  }

  @Test
  void aCredentialThatMayNotReadSeesTitlesOnly() {
    service.stream("POST /api/v1/answers", "done", answer("Five.", null, CITATION, ""))
        .refuse("GET /api/v1/documents/doc_a", 403, "missing_scope", "the scope read is missing");
    Shell.Result result = run("ask", "q", "--collection", "handbook", "--quiet");
    assertThat(result.out()).contains("[1] leave · page 3\n");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
  }

  @ParameterizedTest
  @CsvSource({
    "no_relevant_passage, Nothing in these documents is about this.",
    "low_confidence, 'There are related passages, but no answer that is certain enough.'"
  })
  void anAbstentionSaysWhichKindItIs(String reason, String sentence) {
    service.stream(
        "POST /api/v1/answers",
        "abstained",
        "{\"reason\":\"" + reason + "\",\"confidence\":0.2,\"neighbours\":[]}",
        "done",
        answer(null, reason, "", ""));
    Shell.Result result = run("ask", "q", "--collection", "handbook");
    assertThat(result.out()).startsWith(sentence).contains("leave · page 3", "Leave policy");
    assertThat(result.code()).isEqualTo(ExitCode.RESERVATION);
  }

  @Test
  void asJsonAnAnswerIsTheObjectOfTheApi() {
    String answer = answer("Five days.", null, CITATION, "");
    service.on("POST /api/v1/answers", 200, answer);
    Shell.Result result =
        run(
            "ask",
            "q",
            "--collection",
            "handbook",
            "--json",
            "--include",
            "tokens",
            "--filter",
            "{\"field\":\"path\",\"op\":\"exists\"}",
            "--style",
            "short");
    assertThat(result.json()).isEqualTo(new JsonMapper().readTree(answer));
    assertThat(result.out()).hasLineCount(1);
    assertThat(service.calls("POST /api/v1/answers").getFirst().body())
        .isEqualTo(
            "{\"question\":\"q\",\"filters\":[{\"field\":\"path\",\"op\":\"exists\"}],"
                + "\"collection\":\"handbook\",\"style\":\"short\",\"include\":[\"tokens\"]}");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void asJsonAnAbstentionIsAReservationToo() {
    service.on("POST /api/v1/answers", 200, answer(null, "low_confidence", "", ""));
    assertThat(run("ask", "q", "--collection", "handbook", "--json").code())
        .isEqualTo(ExitCode.RESERVATION);
  }

  @Test
  void aStreamThatBreaksOffIsNoAnswer() {
    service.stream("POST /api/v1/answers", "token", "{\"index\":0,\"text\":\"Up\"}");
    Shell.Result result = run("ask", "q", "--collection", "handbook");
    assertThat(result.code()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(result.err()).contains("broke off");
  }

  @Test
  void anErrorInTheStreamIsTold() {
    service.stream(
        "POST /api/v1/answers",
        "error",
        FakeService.problem(504, "deadline_exceeded", "no token before the deadline"));
    Shell.Result result = run("ask", "q", "--collection", "handbook");
    assertThat(result.code()).isEqualTo(ExitCode.FAILED);
    assertThat(result.err()).contains("no token before the deadline");
  }

  @ParameterizedTest
  @CsvSource({
    "400, 2", "401, 2", "403, 2", "404, 1", "409, 1", "413, 1", "422, 2", "429, 4", "500, 1",
    "503, 4", "504, 1", "507, 1"
  })
  void aRefusalEndsWithItsCode(int status, int code) {
    service.refuse("POST /api/v1/search", status, "some_code", "because of this");
    Shell.Result result = run("search", "q", "--collection", "handbook");
    assertThat(result.code()).isEqualTo(code);
    assertThat(result.err()).isEqualTo("retort search: because of this\n");
    assertThat(result.out()).isEmpty();
    Shell.Result asJson = run("search", "q", "--collection", "handbook", "--json");
    assertThat(asJson.code()).isEqualTo(code);
    assertThat(asJson.json().path("code").asString()).isEqualTo("some_code");
  }

  @Test
  void whatIsNotRetortIsNotBelieved() {
    service.on("POST /api/v1/search", 200, "<html>a login page</html>");
    Shell.Result result = run("search", "q", "--collection", "handbook");
    assertThat(result.code()).isEqualTo(ExitCode.FAILED);
    assertThat(result.err()).contains("is not one of Retort's");
  }

  // collections

  @Test
  void theOnlyCollectionNeedNotBeNamed() {
    service
        .on(
            "GET /api/v1/collections?limit=100",
            200,
            page("{\"id\":\"handbook\",\"documents\":1,\"chunks\":1}"))
        .on(
            "POST /api/v1/search",
            200,
            "{\"query\":\"q\",\"neighbours\":[],\"degraded\":null,\"timings\":{}}");
    assertThat(run("search", "q").code()).isEqualTo(ExitCode.RESERVATION);
    assertThat(service.calls("POST /api/v1/search").getFirst().body())
        .contains("\"collection\":\"handbook\"");
  }

  @Test
  void ofSeveralCollectionsOneMustBeNamed() {
    service
        .on(
            "GET /api/v1/collections?limit=100",
            200,
            "{\"items\":[{\"id\":\"a\",\"documents\":1,\"chunks\":1}],\"next_cursor\":\"a b\"}")
        .on(
            "GET /api/v1/collections?limit=100&cursor=a%20b",
            200, page("{\"id\":\"b\",\"documents\":1,\"chunks\":1}"));
    Shell.Result result = run("ask", "q");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("there are 2 collections", "--collection: a, b");
  }

  @Test
  void withoutAnyCollectionThereIsNothingToAsk() {
    service.on("GET /api/v1/collections?limit=100", 200, page());
    Shell.Result result = run("ask", "q");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("there is no collection yet");
  }

  // search

  @Test
  void neighboursArePrintedInTheirOrder() {
    service.on(
        "POST /api/v1/search",
        200,
        "{\"query\":\"q\",\"neighbours\":["
            + NEIGHBOUR
            + "],\"degraded\":{\"reason\":"
            + "\"index_damaged\",\"missing\":3},\"timings\":{}}");
    Shell.Result result =
        run("search", "q", "--collection", "handbook", "--mode", "lexical", "--k", "1");
    assertThat(result.out())
        .isEqualTo(
            """
             1  leave · page 3  both · 0.0328 · doc_a:0
                Leave policy
            """);
    assertThat(result.err()).contains("index_damaged");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(service.calls("POST /api/v1/search").getFirst().body())
        .contains("\"mode\":\"lexical\"", "\"k\":1");
  }

  // ingest

  private Path documents(int count) throws Exception {
    Path documents = Files.createDirectories(folder.resolve("documents/sub"));
    for (int n = 0; n < count; n++) {
      Files.writeString(documents.resolve("%03d.txt".formatted(n)), "text " + n);
    }
    return documents.getParent();
  }

  private void ready() {
    service.on("GET /health", 200, "{\"status\":\"ready\"}");
  }

  private static final String UPLOAD = "POST /api/v1/collections/handbook/documents";

  @Test
  void filesAreSentAndWaitedFor() throws Exception {
    ready();
    service
        .on("GET /api/v1/collections/handbook", 200, "{}")
        .on(UPLOAD, 202, job("queued", 2, 0, 0, 0))
        .on("GET /api/v1/jobs/job_x", 200, job("running", 2, 1, 0, 0))
        .on("GET /api/v1/jobs/job_x", 200, job("succeeded", 2, 2, 0, 0))
        .on(
            "GET /api/v1/jobs/job_x/items?limit=100",
            200,
            page(item("sub/000.txt", "SEARCHABLE", null), item("sub/001.txt", "SEARCHABLE", null)));
    Shell.Result result =
        run("ingest", documents(2).toString(), "--collection", "handbook", "--json");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(result.json().at("/items/0/state").asString()).isEqualTo("succeeded");
    assertThat(result.json().at("/items/0/items").size()).isEqualTo(2);
    assertThat(result.err()).contains("Collection \"handbook\": 100 %, 2/2 documents · 7 chunks");
    assertThat(service.calls(UPLOAD).getFirst().body())
        .contains("[{\"path\":\"sub/000.txt\"},{\"path\":\"sub/001.txt\"}]", "text 0", "text 1");
  }

  @Test
  void whatFailedIsListedWithTheReason() throws Exception {
    ready();
    service
        .on("GET /api/v1/collections/handbook", 200, "{}")
        .on(UPLOAD, 202, job("partially_succeeded", 3, 2, 1, 0))
        .on(
            "GET /api/v1/jobs/job_x/items?limit=100",
            200,
            page(
                item("a.txt", "SEARCHABLE", null),
                item("b.pdf", "PARTIAL", "pages_failed"),
                item("c.pdf", "ENCRYPTED", "password")));
    Shell.Result result = run("ingest", documents(3).toString(), "--collection", "handbook");
    assertThat(result.code()).isEqualTo(ExitCode.RESERVATION);
    assertThat(result.err())
        .contains(
            "PARTIAL     b.pdf: it is so (pages_failed)", "ENCRYPTED   c.pdf: it is so (password)")
        .doesNotContain("a.txt");
    assertThat(result.out()).contains("partially_succeeded  2 of 3 files, 1 failed, 7 chunks");
  }

  @Test
  void ifEveryFileFailsTheVerbHasFailed() throws Exception {
    ready();
    service
        .on("GET /api/v1/collections/handbook", 200, "{}")
        .on(UPLOAD, 202, job("failed", 1, 0, 1, 0))
        .on("GET /api/v1/jobs/job_x/items?limit=100", 200, page(item("a", "FAILED", "poison")));
    assertThat(run("ingest", documents(1).toString(), "--collection", "handbook").code())
        .isEqualTo(ExitCode.FAILED);
  }

  @Test
  void aMissingCollectionIsMade() throws Exception {
    service.on("POST /api/v1/collections", 201, "{}").on(UPLOAD, 202, job("queued", 1, 0, 0, 0));
    Shell.Result result =
        run("ingest", documents(1).toString(), "--collection", "handbook", "--no-wait");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(result.err()).contains("made the collection handbook");
    assertThat(service.calls("POST /api/v1/collections").getFirst().body())
        .isEqualTo("{\"id\":\"handbook\",\"title\":\"handbook\"}");
    assertThat(service.calls("GET /api/v1/jobs/job_x")).isEmpty();
  }

  @Test
  void manyFilesNeedSeveralRequests() throws Exception {
    service
        .on("GET /api/v1/collections/handbook", 200, "{}")
        .on(UPLOAD, 202, job("queued", 100, 0, 0, 0));
    Shell.Result result =
        run("ingest", documents(230).toString(), "--collection", "handbook", "--no-wait", "--json");
    assertThat(result.json().path("items").size()).isEqualTo(3);
    String paths =
        service.calls(UPLOAD).stream().map(FakeService.Call::body).collect(Collectors.joining());
    assertThat(IntStream.range(0, 230))
        .allMatch(n -> paths.contains("{\"path\":\"sub/%03d.txt\"}".formatted(n)));
  }

  @Test
  void aFileThatIsTooLargeDoesNotStopTheOthers() throws Exception {
    ready();
    service
        .on("GET /api/v1/collections/handbook", 200, "{}")
        .refuse(UPLOAD, 413, "body_too_large", "the upload is larger than allowed");
    Shell.Result result = run("ingest", documents(1).toString(), "--collection", "handbook");
    assertThat(result.code()).isEqualTo(ExitCode.FAILED);
    assertThat(result.err()).contains("sub/000.txt: the upload is larger than allowed");
  }

  @Test
  void anEmptyFolderIsAReservation() throws Exception {
    ready();
    service.on("GET /api/v1/collections/handbook", 200, "{}");
    Shell.Result result = run("ingest", documents(0).toString(), "--collection", "handbook");
    assertThat(result.code()).isEqualTo(ExitCode.RESERVATION);
    assertThat(result.err()).contains("there are no such files");
  }

  @Test
  void withoutModelsNothingIsSent() throws Exception {
    service.on("GET /health", 503, "{\"status\":\"unavailable\",\"reason\":\"model_unavailable\"}");
    Shell.Result result = run("ingest", documents(1).toString(), "--collection", "handbook");
    assertThat(result.code()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(result.err()).contains("model_unavailable");
    assertThat(service.calls(UPLOAD)).isEmpty();
  }

  // jobs

  @Test
  void jobsAreListed() {
    String list = page(job("running", 3, 1, 0, 0), job("succeeded", 2, 1, 0, 1));
    service
        .on("GET /api/v1/jobs?limit=100", 200, list)
        .on("GET /api/v1/jobs?state=running&limit=100", 200, page());
    assertThat(run("jobs").out())
        .isEqualTo(
            """
            job_x  2026-11-25T09:00:00.000Z  ingest  handbook  running  1 of 3 files, 7 chunks
            job_x  2026-11-25T09:00:00.000Z  ingest  handbook  succeeded  2 of 2 files, \
            1 unchanged, 7 chunks
            """);
    assertThat(run("jobs", "list", "--json").json()).isEqualTo(new JsonMapper().readTree(list));
    assertThat(run("jobs", "--state", "running").err()).contains("there are no such jobs");
  }

  @Test
  void aJobIsShownWithWhatFailed() {
    service
        .on("GET /api/v1/jobs/job_x", 200, job("failed", 1, 0, 1, 0))
        .on(
            "GET /api/v1/jobs/job_x/items?limit=100",
            200,
            page(item("a.pdf", "NO_TEXT", "image_only")));
    Shell.Result result = run("jobs", "show", "job_x");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(result.out()).contains("failed", "NO_TEXT     a.pdf: it is so (image_only)");
    assertThat(run("jobs", "show", "job_x", "--json").json().path("id").asString())
        .isEqualTo("job_x");
  }

  @ParameterizedTest
  @CsvSource({"succeeded, 0", "partially_succeeded, 3", "cancelled, 3", "failed, 1"})
  void theEndOfAWatchedJobIsTheEndOfTheVerb(String state, int code) {
    service
        .on("GET /api/v1/jobs/job_x", 200, job("running", 2, 1, 0, 0))
        .on("GET /api/v1/jobs/job_x", 200, job(state, 2, 2, 0, 0));
    Shell.Result result = run("jobs", "watch", "job_x", "--json");
    assertThat(result.code()).isEqualTo(code);
    assertThat(result.json().path("state").asString()).isEqualTo(state);
  }

  @Test
  void jobsAreSteered() {
    service
        .on("POST /api/v1/jobs/job_x:cancel", 200, job("cancelled", 2, 1, 0, 0))
        .on("POST /api/v1/jobs/job_x:retry", 202, job("queued", 1, 0, 0, 0));
    assertThat(run("jobs", "cancel", "job_x").out()).contains("cancelled");
    assertThat(run("jobs", "retry", "job_x", "--json").json().path("state").asString())
        .isEqualTo("queued");
    Shell.Result unknown = run("jobs", "cancel", "../keys");
    assertThat(unknown.code()).isEqualTo(ExitCode.FAILED);
    assertThat(service.calls().getLast().line()).isEqualTo("POST /api/v1/jobs/..%2Fkeys:cancel");
  }

  // keys and logins

  private static final String KEY =
      """
      {"id":"key_x","name":"ci","prefix":"rt_ab","scopes":["ask","read"],"collections":["*"],\
      "created_by":"local","created_at":"2026-11-25T09:00:00.000Z","expires_at":null,\
      "suspended":false%s}\
      """;

  @Test
  void aKeyIsPrintedAloneSoThatItCanBeCaught() {
    service.on("POST /api/v1/keys", 201, KEY.formatted(",\"key\":\"rt_abcdef\""));
    Shell.Result result = run("keys", "create", "--name", "ci", "--expires", "2027-11-25");
    assertThat(result.out()).isEqualTo("rt_abcdef\n");
    assertThat(result.err()).contains("key_x", "ask,read").doesNotContain("rt_abcdef");
    assertThat(service.calls().getFirst().body())
        .isEqualTo(
            "{\"name\":\"ci\",\"scopes\":[\"ask\",\"read\"],\"collections\":[\"*\"],"
                + "\"expires_at\":\"2027-11-25T00:00:00Z\"}");
  }

  @Test
  void scopesAndCollectionsAreLists() {
    service.on("POST /api/v1/keys", 201, KEY.formatted(",\"key\":\"rt_abcdef\""));
    run(
        "keys",
        "create",
        "--name",
        "ci",
        "--scopes",
        "ask,write",
        "--collections",
        "a,b",
        "--json");
    assertThat(service.calls().getFirst().body())
        .contains("[\"ask\",\"write\"]", "[\"a\",\"b\"]", "\"expires_at\":null");
  }

  @Test
  void keysAreListedAndRevoked() {
    service
        .on("GET /api/v1/keys?limit=100", 200, page(KEY.formatted("")))
        .on("DELETE /api/v1/keys/key_x", 204, "");
    assertThat(run("keys").out()).isEqualTo("key_x  rt_ab…  ci  ask,read  *  never expires\n");
    assertThat(run("keys", "revoke", "key_x", "--json").json().path("revoked").asBoolean())
        .isTrue();
    assertThat(run("keys", "revoke", "key_y").code()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void aLoginIsPrinted() {
    service.on("POST /api/v1/admin/logins", 201, "{\"url\":\"http://h/login#token=t\"}");
    assertThat(run("login").out()).isEqualTo("http://h/login#token=t\n");
    assertThat(run("login", "--name", "Ann", "--scopes", "ask,read", "--json").json().size())
        .isEqualTo(1);
    assertThat(service.calls().getFirst().body())
        .isEqualTo("{\"name\":\"owner\",\"scopes\":[\"admin\"],\"collections\":[\"*\"]}");
    assertThat(service.calls().getLast().body())
        .isEqualTo("{\"name\":\"Ann\",\"scopes\":[\"ask\",\"read\"],\"collections\":[\"*\"]}");
  }
}
