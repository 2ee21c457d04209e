package io.retort.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.ExitCode;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs with the whole application behind them, but for models and parsers. */
class CommandLineIT {
  @TempDir private Path folder;
  private Path data;
  private Path documents;

  @BeforeEach
  void write() throws Exception {
    data = folder.resolve("data");
    documents = Files.createDirectories(folder.resolve("home/data/samples/documents"));
    Files.writeString(
        documents.resolve("leave.txt"), "Up to five unused leave days are carried over.");
    Files.createDirectories(documents.resolve("rules"));
    Files.writeString(
        documents.resolve("rules/travel.txt"), "Trains are booked in second class. 🚆");
    Files.writeString(documents.resolve("empty.txt"), " ");
  }

  private Shell shell() {
    return new Shell(data).with("RETORT_SERVER_PORT", "0");
  }

  @Test
  void withoutAServiceAVerbOpensTheDataDirectoryItself() {
    Shell.Result ingested =
        shell().run("ingest", documents.toString(), "--collection", "handbook", "--json");
    assertThat(ingested.code()).isEqualTo(ExitCode.RESERVATION);
    assertThat(ingested.err()).contains("NO_TEXT     empty.txt");
    assertThat(ingested.json().at("/items/0/completed").asInt()).isEqualTo(2);
    assertThat(data.resolve("service.json")).doesNotExist();

    Shell.Result asked = shell().run("ask", "unused leave days");
    assertThat(asked.out()).contains("[1] leave · leave.txt").contains("“Up to five unused");
    assertThat(asked.code()).isEqualTo(ExitCode.DONE);
    assertThat(shell().run("ask", "unsure about it").code()).isEqualTo(ExitCode.RESERVATION);

    Shell.Result found = shell().run("search", "second class trains", "--json", "--k", "1");
    assertThat(found.code()).isEqualTo(ExitCode.DONE);
    assertThat(found.json().at("/neighbours/0/text").asString()).endsWith("🚆");

    Shell.Result jobs = shell().run("jobs", "--json");
    String job = jobs.json().at("/items/0/id").asString();
    assertThat(shell().run("jobs", "show", job).out()).contains("partially_succeeded", "empty.txt");

    Shell.Result again = shell().run("ingest", documents.toString(), "--json");
    assertThat(again.json().at("/items/0/unchanged").asInt()).isPositive();
    assertThat(again.json().at("/items/0/chunks_written").asInt()).isZero();
  }

  @Test
  void anEvaluationAsksTheCollectionAndIsComparedWithTheOneBefore() throws Exception {
    shell().run("ingest", documents.toString(), "--collection", "handbook");
    Path set =
        Files.writeString(
            folder.resolve("set.jsonl"),
            """
            {"id": "leave", "question": "unused leave days", "answers": ["Up to five unused leave days are carried"], "path": "leave.txt"}
            {"id": "trains", "question": "second class trains", "answers": ["first class"], "path": "rules/travel.txt"}
            {"id": "none", "question": "unsure about it", "answers": []}
            """);
    String run = folder.resolve("run.json").toString();
    Shell.Result first =
        shell().run("eval", "--dataset", set.toString(), "--out", run, "--knock-outs", "1");
    assertThat(first.err()).contains("3/3 questions · 1 right");
    assertThat(first.code()).isEqualTo(ExitCode.DONE);
    assertThat(first.out()).contains("citation_precision", "knock_out_median_nats");

    Path page = folder.resolve("report.html");
    Shell.Result second =
        shell()
            .run(
                "eval",
                "--dataset",
                set.toString(),
                "--json",
                "--compare",
                run,
                "--report",
                page.toString());
    assertThat(second.code()).isEqualTo(ExitCode.DONE);
    assertThat(second.json().at("/metrics/em").asDouble()).isEqualTo(0.5);
    assertThat(second.json().at("/metrics/recall_at_k").asDouble()).isEqualTo(0.5);
    assertThat(second.json().at("/metrics/mrr_at_10").asDouble()).isEqualTo(0.5);
    assertThat(second.json().at("/metrics/citation_precision").asDouble()).isEqualTo(1);
    assertThat(second.json().at("/metrics/citation_invalid").asDouble()).isZero();
    assertThat(second.json().at("/metrics/no_answer_f1").asDouble()).isEqualTo(1);
    assertThat(second.json().at("/model/fingerprint").asString()).isEqualTo("sha256:all");
    assertThat(second.json().at("/comparison/common").asInt()).isEqualTo(3);
    assertThat(second.json().at("/comparison/differences/em/difference").asDouble()).isZero();
    assertThat(Files.readString(page)).contains("Evaluation of the collection handbook");
  }

  @Test
  void givenNeighboursNeedNoDataDirectory() throws Exception {
    Path set =
        Files.writeString(
            folder.resolve("set.jsonl"),
            """
            {"question": "how many?", "answers": ["five days"], "gold": 0, "neighbours": [{"title": "t", "text": "five days"}]}
            {"question": "who?", "answers": ["he"], "gold": -1, "neighbours": [{"title": "t", "text": "she"}]}
            """);
    Shell.Result given =
        shell().run("eval", "--dataset", set.toString(), "--neighbours", "given", "--json");
    assertThat(given.code()).isEqualTo(ExitCode.DONE);
    assertThat(given.json().at("/metrics/em").asDouble()).isEqualTo(0.5);
    assertThat(given.json().at("/metrics/gold_cited_first").asDouble()).isEqualTo(1);
    assertThat(given.json().at("/conditions/collection").isNull()).isTrue();
    Shell.Result shuffled =
        shell().run("eval", "--dataset", set.toString(), "--neighbours", "shuffled", "--json");
    assertThat(shuffled.json().at("/metrics/em").asDouble()).isZero();
    assertThat(data).doesNotExist();
  }

  @Test
  void aVerbTalksToTheServiceThatHoldsTheDataDirectory() throws Exception {
    try (var server = new TestServer(data, new FakeModels(), Map.of())) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(data.resolve("service.json"))))
          .isEqualTo("rw-------");
      shell().run("ingest", documents.toString(), "--collection", "handbook");
      assertThat(
              server.admin().get("/api/v1/collections/handbook").json().path("documents").asInt())
          .isEqualTo(3);

      Shell.Result made = shell().run("keys", "create", "--name", "reader");
      String key = made.out().strip();
      assertThat(server.admin().with(key).get("/api/v1/collections").status()).isEqualTo(200);
      Shell.Result remote =
          new Shell(folder.resolve("elsewhere"))
              .with("RETORT_KEY", key)
              .run("ask", "unused leave days", "--url", server.address());
      assertThat(remote.out()).contains("[1] leave · leave.txt");
      Shell.Result refused =
          new Shell(folder.resolve("elsewhere"))
              .with("RETORT_KEY", key)
              .run("keys", "--url", server.address());
      assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
      assertThat(refused.err()).contains("admin");

      String login = shell().run("login").out().strip();
      assertThat(login).startsWith(server.address() + "/login#token=");

      Shell.Result doctor = shell().run("doctor", "--json");
      assertThat(doctor.out()).contains("held by the service at " + server.address());
    }
    assertThat(shell().run("login").code()).isEqualTo(ExitCode.UNAVAILABLE);
  }

  @Test
  void aRehearsalAnswersAndLeavesNothingBehind() throws Exception {
    Set<Path> before = rehearsals(); // of whoever else was stopped in the middle of one
    Shell.Result rehearsed = shell().run("rehearse");
    assertThat(rehearsed.err()).contains("answered: ");
    assertThat(rehearsed.code()).isEqualTo(ExitCode.DONE);
    assertThat(rehearsed.out()).isEmpty();
    assertThat(data).doesNotExist();
    assertThat(rehearsals()).isEqualTo(before);
    assertThat(shell().run("--help").out()).doesNotContain("rehearse");
  }

  private static Set<Path> rehearsals() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    var found = new HashSet<Path>();
    try (var folders = Files.newDirectoryStream(temporary, "retort-rehearsal*")) {
      folders.forEach(found::add);
    }
    return found;
  }

  @Test
  void twoProcessesNeverShareADataDirectory() throws Exception {
    try (var _ = new TestServer(data, new FakeModels(), Map.of())) {
      Files.delete(data.resolve("service.json"));
      for (String verb : new String[] {"jobs", "keys", "serve", "demo"}) {
        System.setProperty("retort.home", folder.resolve("home").toString());
        Shell.Result result = shell().run(verb);
        assertThat(result.code()).as(verb).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(result.err())
            .as(verb)
            .contains("in use by process " + ProcessHandle.current().pid());
      }
    }
  }

  @Test
  void whatAKilledServiceLeftBehindIsNoService() throws Exception {
    Files.createDirectories(data);
    Files.writeString(
        data.resolve("service.json"),
        "{\"address\":\"http://127.0.0.1:1\",\"token\":\"rt_local_x\",\"pid\":1}");
    assertThat(shell().run("keys").code()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void anotherProgramAtTheOldAddressIsNoService() throws Exception {
    try (var other = new FakeService()) {
      Files.createDirectories(data);
      Files.writeString(
          data.resolve("service.json"),
          "{\"address\":\"" + other.url() + "\",\"token\":\"rt_local_x\",\"pid\":1}");
      other.refuse("GET /api/v1/collections?limit=1", 401, "unauthenticated", "no");
      assertThat(shell().run("keys").code()).isEqualTo(ExitCode.DONE);
    }
  }

  @Test
  void theDoctorFindsWhatIsThere() {
    Shell.Result before = shell().run("doctor", "--json");
    assertThat(before.json().path("checks").findValuesAsString("name"))
        .containsExactly("java", "disk", "models", "data directory", "port");
    assertThat(data).doesNotExist();
    shell().run("keys");
    Shell.Result after = shell().with("RETORT_MODELS_DIR", folder.toString()).run("doctor");
    assertThat(after.out()).contains("failed   models", "ok       data directory", "not in use");
    assertThat(after.code()).isEqualTo(ExitCode.FAILED);
  }

  /** Runs a verb that serves until {@code done} appears, then interrupts it. */
  private Shell.Result served(Shell shell, String done, String... arguments) throws Exception {
    var output = new Shell.Output();
    var verb = new FutureTask<>(() -> shell.start(output, arguments));
    Thread thread = Thread.ofPlatform().start(verb);
    Instant deadline = Instant.now().plus(Duration.ofMinutes(2));
    while (!output.out().contains(done) && thread.isAlive() && Instant.now().isBefore(deadline)) {
      Thread.sleep(20);
    }
    thread.interrupt();
    return verb.get(1, TimeUnit.MINUTES);
  }

  @Test
  void theDemoIngestsTheSamplesOnce() throws Exception {
    System.setProperty("retort.home", folder.resolve("home").toString());
    Files.writeString(
        documents.resolveSibling("questions.jsonl"),
        "{\"question\": \"unused leave days\", \"answers\": [\"five\"]}\n");
    Shell.Result first = served(shell(), "pid", "demo", "--json");
    assertThat(first.err()).contains("Collection \"sample\": 100 %, 3/3 documents");
    assertThat(first.json().at("/collection/documents").asInt()).isEqualTo(3);
    assertThat(first.json().path("address").asString()).startsWith("http://127.0.0.1:");
    assertThat(first.code()).isEqualTo(ExitCode.INTERRUPTED);

    Shell.Result second = served(shell().interactive(), "/login#token=", "demo");
    assertThat(second.err()).contains("Retort ", "3/3 documents · 0 chunks");
    assertThat(second.out()).startsWith("Open http://127.0.0.1:");
  }

  @Test
  void theServiceMeasuresItselfAsTheVerbDoes() throws Exception {
    String lines =
        """
        {"id": "leave", "question": "unused leave days", "answers": ["Up to five unused leave days are carried"], "path": "leave.txt"}
        {"id": "trains", "question": "second class trains", "answers": ["first class"], "path": "rules/travel.txt"}
        {"id": "none", "question": "unsure about it", "answers": []}
        """;
    Path set = Files.writeString(folder.resolve("set.jsonl"), lines);
    try (var server = new TestServer(data, new FakeModels(), Map.of())) {
      shell().run("ingest", documents.toString(), "--collection", "handbook");
      Client admin = server.admin();
      admin.put("/api/v1/evaluations/datasets/set", lines);
      Client.Reply begun =
          admin.post(
              "/api/v1/evaluations",
              "{\"collection\":\"handbook\",\"dataset\":\"set\",\"knock_outs\":2}");
      admin.awaitJob(begun);
      String id = begun.json().get("evaluation_id").asString();
      Shell.Result run =
          shell()
              .run(
                  "eval",
                  "--dataset",
                  set.toString(),
                  "--knock-outs",
                  "2",
                  "--compare",
                  id,
                  "--json");
      assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.DONE);
      var comparison = run.json().get("comparison");
      assertThat(comparison.get("common").asInt()).isEqualTo(3);
      assertThat(comparison.get("changes")).isEmpty();
      assertThat(comparison.at("/differences/knock_out_median_nats/now").asDouble()).isPositive();
      comparison
          .get("differences")
          .properties()
          .forEach(
              metric -> {
                if (!metric.getKey().endsWith("_ms")) {
                  assertThat(metric.getValue().get("difference").asDouble())
                      .as(metric.getKey())
                      .isZero();
                }
              });
    }
  }

  @Test
  void aLoginAddressIsNeverPrintedWhereNobodyReads() throws Exception {
    var output = new Shell.Output();
    var verb = new FutureTask<>(() -> shell().start(output, "serve"));
    Thread thread = Thread.ofPlatform().start(verb);
    Instant deadline = Instant.now().plus(Duration.ofMinutes(2));
    while (!output.err().contains("ready")
        && thread.isAlive()
        && Instant.now().isBefore(deadline)) {
      Thread.sleep(20);
    }
    assertThat(Files.readString(data.resolve("login-url"))).contains("/login#token=");
    thread.interrupt();
    Shell.Result result = verb.get(1, TimeUnit.MINUTES);
    assertThat(result.out()).startsWith("Retort is at http://127.0.0.1:");
    assertThat(result.out() + result.err()).doesNotContain("token=").contains("login-url");
    assertThat(data.resolve("service.json")).doesNotExist();
  }

  @Test
  void withoutSamplesThereIsNoDemo() {
    System.setProperty("retort.home", folder.toString());
    Shell.Result result = shell().run("demo");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .contains("there is no folder " + folder.resolve("data/samples/documents"));
  }
}
