package io.retort.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verb {@code eval} against a service that answers as told. */
class EvalVerbTest {
  private static final String ANSWERS = "POST /api/v1/answers";
  private static final String SEARCH = "POST /api/v1/search";

  @TempDir private Path folder;
  private FakeService service;

  @BeforeEach
  void start() {
    service = new FakeService();
    service
        .on("GET /api/v1/collections/handbook", 200, "{}")
        .on("GET /api/v1/documents/doc_a", 200, "{\"id\":\"doc_a\",\"path\":\"leave.txt\"}")
        .on("GET /api/v1/documents/doc_b", 200, "{\"id\":\"doc_b\",\"path\":\"trains.txt\"}");
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private String set(String... lines) throws Exception {
    return Files.writeString(folder.resolve("set.jsonl"), String.join("\n", lines)).toString();
  }

  private static String question(String id, String... answers) {
    return "{\"id\":\"%s\",\"question\":\"%s?\",\"answers\":[%s],\"path\":\"leave.txt\"}"
        .formatted(id, id, answers.length == 0 ? "" : "\"" + String.join("\",\"", answers) + "\"");
  }

  private static String neighbour(String document, String text, String more) {
    int end = text.length();
    return """
    {"chunk_id":"%s:0","document_id":"%s","collection":"handbook","title":"t","version":1,\
    "page":null,"span":{"start":0,"end":%d},"continuation":%s,"text":"%s"%s,"score":0.03,"rank":1,\
    "source":"both","reranked":false}\
    """
        .formatted(
            document,
            document,
            end,
            more == null ? "null" : "{\"start\":%d,\"end\":%d}".formatted(end, end + more.length()),
            text,
            more == null ? "" : ",\"continuation_text\":\"" + more + "\"");
  }

  private static String found(String... neighbours) {
    return "{\"query\":\"q\",\"neighbours\":[%s],\"degraded\":null,\"timings\":{}}"
        .formatted(String.join(",", neighbours));
  }

  private static String answer(String answer, String quote, String neighbours) {
    return """
    {"id":"ans_x","question":"q","answer":%s,"abstained":%s,"reason":%s,"confidence":0.75,\
    "style":"short","finish_reason":"stop","partial":false,"degraded":null,"citations":[%s],\
    "unsupported":[],"neighbours":[%s],"trace":[],\
    "tokens":[{"index":0,"text":"x","copy_share":0.5,"top_source":null}],\
    "usage":{"prompt_tokens":14,"generated_tokens":4,"neighbour_tokens":33,"retrievals":1},\
    "timings":{"first_token_ms":%s,"total_ms":251},\
    "model":{"decoder":"d","encoder":"e","fingerprint":"sha256:f","device":"cpu"}}\
    """
        .formatted(
            answer == null ? "null" : "\"" + answer + "\"",
            answer == null,
            answer == null ? "\"low_confidence\"" : "null",
            quote == null
                ? ""
                : """
                {"id":1,"document_id":"doc_a","version":1,"chunk_id":"doc_a:0","title":"leave",\
                "page":null,"source_span":{"start":6,"end":15},"answer_span":{"start":0,"end":9},\
                "quote":"%s"}\
                """
                    .formatted(quote),
            neighbours,
            answer == null ? "null" : "239");
  }

  private Shell.Result run(String set, String... arguments) {
    var all = new ArrayList<String>();
    all.addAll(
        List.of("eval", "--dataset", set, "--collection", "handbook", "--url", service.url()));
    all.addAll(List.of(arguments));
    return new Shell(folder).with("RETORT_KEY", "rt_secret").run(all.toArray(String[]::new));
  }

  @Test
  void aRunMeasuresWhatTheServiceSays() throws Exception {
    service
        .on(
            ANSWERS,
            200,
            answer("five days", "five days", neighbour("doc_a", "up to five days", null)))
        .on(ANSWERS, 200, answer(null, null, neighbour("doc_b", "trains", null)))
        .on(
            SEARCH,
            200,
            found(neighbour("doc_b", "trains", null), neighbour("doc_a", "up to ", "five days")));
    String set = set(question("leave", "five days"), question("none"));
    Shell.Result result = run(set, "--json", "--k", "4", "--min-confidence", "0.25");
    assertThat(result.err()).contains("2/2 questions · 1 right");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    var run = result.json();
    assertThat(run.at("/metrics/em").asDouble()).isEqualTo(1);
    assertThat(run.at("/metrics/mrr_at_10").asDouble()).isEqualTo(0.5);
    assertThat(run.at("/metrics/recall_at_k").asDouble()).isEqualTo(1);
    assertThat(run.at("/metrics/copy_share").asDouble()).isEqualTo(0.5);
    assertThat(run.at("/metrics/citation_invalid").asDouble()).isZero();
    assertThat(run.at("/metrics/total_p95_ms").asDouble()).isEqualTo(251);
    assertThat(run.at("/metrics/first_token_p50_ms").asDouble()).isEqualTo(239);
    assertThat(run.at("/counts/answered").asInt()).isOne();
    assertThat(run.at("/conditions/collection").asString()).isEqualTo("handbook");
    assertThat(run.at("/conditions/command").asString())
        .startsWith("retort eval --dataset " + set)
        .endsWith("--k 4 --min-confidence 0.25");
    assertThat(run.at("/model/fingerprint").asString()).isEqualTo("sha256:f");
    assertThat(run.at("/machine/cores").asInt()).isPositive();
    assertThat(run.at("/machine/processor").asString()).isNotEmpty();
    assertThat(run.path("rows")).hasSize(2);
    assertThat(run.toString()).doesNotContain("rt_secret");
    assertThat(service.calls(ANSWERS).getFirst().body())
        .isEqualTo(
            "{\"question\":\"leave?\",\"collection\":\"handbook\",\"style\":\"short\",\"store\":false,"
                + "\"k\":4,\"min_confidence\":0.25,\"include\":[\"tokens\",\"neighbour_text\"]}");
  }

  @Test
  void aQuoteThatDoesNotStandThereIsCounted() throws Exception {
    service
        .on(
            ANSWERS,
            200,
            answer("five days", "six weeks", neighbour("doc_a", "up to five days", null)))
        .on(SEARCH, 200, found());
    Shell.Result result = run(set(question("leave", "five days")), "--json");
    assertThat(result.json().at("/metrics/citation_invalid").asDouble()).isOne();
  }

  @Test
  void whatTheSearchDidNotBringIsLookedUp() throws Exception {
    service
        .on(
            ANSWERS,
            200,
            answer("five days", "five days", neighbour("doc_a", "up to ", "five days")))
        .on(SEARCH, 200, found())
        .on(
            "GET /api/v1/documents/doc_a/passage?start=6&end=15&version=1",
            200,
            "{\"text\":\"five days\"}");
    Shell.Result result = run(set(question("leave", "five days")), "--json");
    assertThat(result.json().at("/metrics/recall_at_k").asDouble()).isOne();
    assertThat(result.json().at("/rows/0/citations/0/valid").asBoolean()).isTrue();
  }

  @Test
  void aQuestionThatFailsIsNamedAndTheOthersGoOn() throws Exception {
    service
        .refuse(ANSWERS, 504, "deadline_exceeded", "no token in time")
        .on(ANSWERS, 200, answer("five days", null, neighbour("doc_a", "up to five days", null)))
        .on(SEARCH, 200, found());
    Shell.Result result =
        run(set(question("a", "five days"), question("b", "five days")), "--json");
    assertThat(result.code()).isEqualTo(ExitCode.RESERVATION);
    assertThat(result.err()).contains("1 questions failed, the first because: no token in time");
    assertThat(result.json().at("/metrics/em").asDouble()).isOne();
    assertThat(result.json().at("/rows/0/error").asString()).isEqualTo("no token in time");
  }

  @Test
  void whatWouldFailEveryQuestionEndsTheRun() throws Exception {
    service.refuse(ANSWERS, 403, "missing_scope", "the scope ask is missing");
    Shell.Result result = run(set(question("a", "x"), question("b", "x")));
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(service.calls(ANSWERS)).hasSize(1);
  }

  @Test
  void whatIsPutOffIsAskedAgain() throws Exception {
    service
        .refuse(ANSWERS, 429, "rate_limited", "later")
        .on(ANSWERS, 200, answer("five days", null, neighbour("doc_a", "up to five days", null)))
        .on(SEARCH, 200, found());
    Shell.Result result = run(set(question("a", "five days")), "--json");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(service.calls(ANSWERS)).hasSize(2);
  }

  @Test
  void linesThatCannotBeReadAreLeftOutAndCounted() throws Exception {
    service
        .on(ANSWERS, 200, answer("five days", null, neighbour("doc_a", "up to five days", null)))
        .on(SEARCH, 200, found());
    String set = set("{\"question\":\"q\"}", question("a", "five days"), "{");
    Shell.Result result = run(set);
    assertThat(result.err())
        .contains(set + ", line 1: the list 'answers' is missing", set + ", line 3: ")
        .contains("2 lines of " + set + " were left out");
    assertThat(result.code()).isEqualTo(ExitCode.RESERVATION);
    assertThat(result.out()).contains("em ");

    int asked = service.calls().size();
    Shell.Result strict = run(set, "--strict");
    assertThat(strict.code()).isEqualTo(ExitCode.USAGE);
    assertThat(strict.err()).contains("2 lines of " + set + " cannot be read");
    assertThat(service.calls()).hasSize(asked);
  }

  @Test
  void aRunIsComparedWithOneOfTheService() throws Exception {
    service
        .on(ANSWERS, 200, answer("five days", null, neighbour("doc_a", "up to five days", null)))
        .on(SEARCH, 200, found());
    String set = set(question("a", "five days"));
    String out = folder.resolve("run.json").toString();
    assertThat(run(set, "--out", out).code()).isEqualTo(ExitCode.DONE);
    String id = "evl_00000000000000000000000000";
    service.on("GET /api/v1/evaluations/" + id + "/file", 200, Files.readString(Path.of(out)));
    Shell.Result compared = run(set, "--compare", id, "--json");
    assertThat(compared.json().at("/comparison/common").asInt()).isOne();
    assertThat(compared.code()).isEqualTo(ExitCode.DONE);
    assertThat(run(set, "--compare", "evl_0").err()).contains("there is no file 'evl_0'");
  }

  @Test
  void aFigureBelowItsToleranceIsNamed() throws Exception {
    service
        .on(ANSWERS, 200, answer("six days", null, neighbour("doc_a", "up to five days", null)))
        .on(SEARCH, 200, found());
    Path expected =
        Files.writeString(
            folder.resolve("e.yaml"),
            "metrics:\n  em: {value: 0.5, tolerance: 0.1}\n  f1: {value: 0.5, tolerance: 0.1}\n");
    Shell.Result result =
        run(set(question("a", "five days")), "--expected", expected.toString(), "--quiet");
    assertThat(result.err()).isEqualTo("NOT AS EXPECTED em: 0.0, expected 0.5 ± 0.1\n");
    assertThat(result.code()).isEqualTo(ExitCode.RESERVATION);
  }
}
