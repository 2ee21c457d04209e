package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.answers.AnswerDesk;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeGenerator;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.RawStream;
import io.retort.web.fakes.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * More requests than there is room for, clients that go away or hardly read, deadlines, the end of
 * the service. The test says how fast the engine is: an answer that waits is held until it lets go.
 */
@Timeout(300)
class OverloadIT {
  private static final int SLOTS = 20;
  private static final int QUEUE = 100;
  private static final String QUICK = "How many leave days?";

  @TempDir static Path dataDir;
  private static final FakeModels MODELS = new FakeModels();
  private static final FakeGenerator ENGINE = MODELS.generator();
  private static TestServer server;
  private static Client admin;
  private ExecutorService askers;

  @BeforeAll
  static void start() throws Exception {
    server =
        new TestServer(
            dataDir,
            MODELS,
            Map.of(
                "retort.answers.slots",
                String.valueOf(SLOTS),
                "retort.answers.queue-per-slot",
                String.valueOf(QUEUE / SLOTS),
                "retort.limits.requests-per-minute",
                "100000"));
    admin = server.admin();
    fill(server);
  }

  private static void fill(TestServer server) {
    server.collection("handbook");
    Client admin = server.admin();
    admin.awaitJob(
        admin.post(
            "/api/v1/collections/handbook/documents",
            Client.json(
                Map.of(
                    "documents",
                    List.of(
                        Map.of(
                            "path",
                            "leave.txt",
                            "text",
                            "Employees may carry over up to five unused leave days 🌴 a year."))))));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void hireAskers() {
    askers = Executors.newVirtualThreadPerTaskExecutor();
  }

  @AfterEach
  void nothingIsLeftBehind() {
    await(() -> running() == 0 && queued() == 0);
    askers.close();
    assertThat(ENGINE.waiting()).isZero();
    assertThat(answers(admin, QUICK).status()).isEqualTo(200);
  }

  private static String question(String question, String more) {
    return "{\"question\":\"" + question + "\",\"collection\":\"handbook\"" + more + "}";
  }

  private static Client.Reply answers(Client of, String question) {
    return of.post("/api/v1/answers", question(question, ""));
  }

  private Future<Client.Reply> ask(Client of, String question) {
    return askers.submit(() -> answers(of, question));
  }

  private static RawStream stream(Client of, String question, String more) {
    return RawStream.open(of.request("/api/v1/answers"), question(question, more));
  }

  /** Waits for what the service's own counters say. */
  private static void await(BooleanSupplier state) {
    while (!state.getAsBoolean()) {
      LockSupport.parkNanos(1_000_000);
      if (Thread.interrupted()) {
        throw new AssertionError("it did not come to this in time");
      }
    }
  }

  private static AnswerDesk desk(TestServer of) {
    return of.server().context().getBean(AnswerDesk.class);
  }

  private static int queued() {
    return desk(server).waiting();
  }

  private static int running() {
    return desk(server).running();
  }

  private static double counter(String series) {
    return admin
        .get("/actuator/prometheus")
        .text()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .sum();
  }

  private static void assertRefusal(Client.Reply refused, int status, String code) {
    assertThat(refused.status()).as(refused.text()).isEqualTo(status);
    assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(refused.code()).isEqualTo(code);
    assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
  }

  /** Fills slots and queue, which one who asks without a key may. */
  private List<Future<Client.Reply>> fillUp() {
    var admitted = new ArrayList<Future<Client.Reply>>();
    for (int i = 0; i < SLOTS + QUEUE; i++) {
      admitted.add(ask(admin, "wait for it"));
    }
    await(() -> running() == SLOTS && queued() == QUEUE);
    await(() -> ENGINE.waiting() == SLOTS);
    return admitted;
  }

  @Test
  @Tag("API-4")
  void whatDoesNotFitIsRefusedAndNothingElseIsLost() throws Exception {
    double answered = counter("retort_answers_total{outcome=\"answered\"}");
    double rejected = counter("retort_rejected_total{reason=\"overloaded\"}");
    List<Future<Client.Reply>> admitted = fillUp();
    Client key = server.withKey("ask");

    var refused = new ArrayList<Future<Client.Reply>>();
    for (int i = 0; i < 50; i++) {
      refused.add(ask(i % 2 == 0 ? admin : key, QUICK));
    }
    for (Future<Client.Reply> reply : refused) {
      assertRefusal(reply.get(), 503, "overloaded");
    }
    Client.Reply chat =
        key.post(
            "/v1/chat/completions",
            "{\"model\":\"handbook\",\"messages\":[{\"role\":\"user\",\"content\":\"leave?\"}]}");
    assertThat(chat.status()).isEqualTo(503);
    assertThat(chat.header("Retry-After")).isNotEmpty();
    assertThat(queued()).isEqualTo(QUEUE);
    assertThat(admin.get("/health").status()).isEqualTo(503);

    ENGINE.release(SLOTS + QUEUE);
    for (Future<Client.Reply> reply : admitted) {
      assertThat(reply.get().status()).isEqualTo(200);
      assertThat(reply.get().json().get("answer").asString()).startsWith("Employees may");
    }
    assertThat(answers(key, QUICK).status()).isEqualTo(200);
    assertThat(counter("retort_answers_total{outcome=\"answered\"}") - answered)
        .isEqualTo(SLOTS + QUEUE + 1);
    assertThat(counter("retort_rejected_total{reason=\"overloaded\"}") - rejected).isEqualTo(51);
    assertThat(admin.get("/health").status()).isEqualTo(200);
  }

  @Test
  @Tag("API-9")
  void aKeyThatFloodsLeavesRoomAndTurnsToOthers() throws Exception {
    Client greedy = server.withKey("ask");
    Client modest = server.withKey("ask");
    var flood = new ArrayList<Future<Client.Reply>>();
    for (int i = 0; i < SLOTS + QUEUE / 2; i++) {
      flood.add(ask(greedy, "wait greedily"));
    }
    await(() -> queued() == QUEUE / 2);
    assertRefusal(answers(greedy, "wait greedily"), 429, "rate_limited");
    Future<Client.Reply> one = ask(modest, "wait modestly");
    await(() -> queued() == QUEUE / 2 + 1);
    int before = ENGINE.begun().size();
    assertThat(before).isGreaterThanOrEqualTo(SLOTS);

    ENGINE.release(2);
    await(() -> ENGINE.begun().size() == before + 2);
    assertThat(ENGINE.begun().subList(before, before + 2))
        .as("one of 51 that waited, asked last, has the second turn at the latest")
        .contains("wait modestly");

    ENGINE.release(SLOTS + QUEUE / 2 - 1);
    assertThat(one.get().status()).isEqualTo(200);
    for (Future<Client.Reply> reply : flood) {
      assertThat(reply.get().status()).isEqualTo(200);
    }
  }

  @Test
  @Tag("API-6")
  void fiveHundredClosedStreamsLeaveNothing() throws Exception {
    answers(admin, QUICK);
    int cancelledBefore = ENGINE.cancelled();
    double told = counter("retort_answers_total{outcome=\"cancelled\"}");
    int rounds = 5;
    int streams = 500 / rounds;
    for (int round = 0; round < rounds; round++) {
      var open = new ArrayList<RawStream>();
      for (int i = 0; i < streams; i++) {
        open.add(stream(admin, "wait and close", ""));
      }
      await(() -> running() + queued() == streams);
      await(() -> ENGINE.waiting() == SLOTS);
      // Half of them in the middle of an event, so that the client's end resets the connection.
      for (int i = 0; i < streams; i++) {
        if (i % 2 == 0) {
          open.get(i).readUntil(":");
        }
        open.get(i).close();
      }
      await(() -> running() + queued() == 0);
    }
    // Those that waited end beside the slots.
    await(() -> ENGINE.cancelled() - cancelledBefore == 500);
    await(() -> counter("retort_answers_total{outcome=\"cancelled\"}") - told == 500);
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("answer-")))
        .hasSizeLessThanOrEqualTo(SLOTS);
  }

  /** The best of three, so that a busy machine is not taken for a slow service. */
  @Test
  @Tag("API-6")
  void aClosedStreamsSlotIsFreeWithinASecond() {
    var taken = new ArrayList<Duration>();
    for (int i = 0; i < 3; i++) {
      RawStream stream = stream(admin, "wait and close", "");
      await(() -> ENGINE.waiting() == 1);
      long start = System.nanoTime();
      stream.close();
      await(() -> running() == 0);
      taken.add(Duration.ofNanos(System.nanoTime() - start));
    }
    assertThat(taken.stream().sorted().findFirst().orElseThrow()).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  @Tag("API-7")
  void aReaderOfSingleBytesHoldsNobodyUp() throws Exception {
    long before = ENGINE.flooded();
    int cancelled = ENGINE.cancelled();
    try (RawStream slow = stream(admin, "flood the reader", ",\"timeout_ms\":120000")) {
      while (ENGINE.cancelled() == cancelled) {
        assertThat(slow.read()).isNotNegative();
        if (slow.bytes() % 100 == 0) {
          assertThat(answers(admin, QUICK).status()).isEqualTo(200);
        }
      }
      assertThat(ENGINE.flooded() - before)
          .as("what the system's own buffers and 256 KiB hold")
          .isLessThan(64L << 20);
      await(() -> running() == 0);
      assertThat(answers(admin, QUICK).status()).isEqualTo(200);
      assertThat(slow.bytes()).as("the reader was still at it").isLessThan(1 << 20);
    }
  }

  @Test
  @Tag("API-8")
  void anOverdueStreamEndsWithItsErrorAndFreesItsSlot() {
    try (RawStream stream = stream(admin, "wait for too long", ",\"timeout_ms\":300")) {
      List<Client.Event> events = stream.events();
      assertThat(events).extracting(Client.Event::name).containsOnlyOnce("error");
      assertThat(events.getLast().name()).isEqualTo("error");
      assertThat(events.getLast().data().get("code").asString()).isEqualTo("deadline_exceeded");
      assertThat(events.getLast().data().get("status").asInt()).isEqualTo(504);
    }
    await(() -> running() == 0);
  }

  @Test
  @Tag("API-8")
  void whatIsOverdueInTheQueueEndsAndLeavesItsPlace() throws Exception {
    var running = new ArrayList<Future<Client.Reply>>();
    for (int i = 0; i < SLOTS; i++) {
      running.add(ask(admin, "wait for it"));
    }
    await(() -> ENGINE.waiting() == SLOTS);
    Client.Reply whole = admin.post("/api/v1/answers", question(QUICK, ",\"timeout_ms\":200"));
    assertThat(whole.status()).isEqualTo(504);
    assertThat(whole.code()).isEqualTo("deadline_exceeded");
    try (RawStream stream = stream(admin, QUICK, ",\"timeout_ms\":200")) {
      List<Client.Event> events = stream.events();
      assertThat(events).extracting(Client.Event::name).containsExactly("error");
      assertThat(events.getFirst().data().get("code").asString()).isEqualTo("deadline_exceeded");
    }
    await(() -> queued() == 0);
    assertThat(ENGINE.waiting()).as("the others were not disturbed").isEqualTo(SLOTS);
    ENGINE.release(SLOTS);
    for (Future<Client.Reply> reply : running) {
      assertThat(reply.get().status()).isEqualTo(200);
    }
  }

  @Test
  @Tag("API-6")
  void aQueuedAnswerCanBeCancelledWithoutASlot() throws Exception {
    List<Future<Client.Reply>> admitted = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      admitted.add(ask(admin, "wait for it"));
    }
    await(() -> ENGINE.waiting() == SLOTS);
    double told = counter("retort_answers_total{outcome=\"cancelled\"}");
    RawStream stream = stream(admin, QUICK, "");
    await(() -> queued() == 1);
    stream.close();
    await(() -> queued() == 0);
    await(() -> counter("retort_answers_total{outcome=\"cancelled\"}") == told + 1);
    assertThat(ENGINE.waiting()).isEqualTo(SLOTS);
    ENGINE.release(SLOTS);
    for (Future<Client.Reply> reply : admitted) {
      assertThat(reply.get().status()).isEqualTo(200);
    }
  }

  @Test
  @Tag("API-11")
  void everyStreamHasExactlyOneEnd() throws Exception {
    List<String> kinds =
        List.of(QUICK, "unsure about leave days", "fail at once", "break at the end");
    var streams = new ArrayList<Future<List<Client.Event>>>();
    for (int i = 0; i < 200; i++) {
      String kind = kinds.get(i % kinds.size());
      streams.add(
          askers.submit(
              () -> {
                while (true) {
                  try (RawStream stream = stream(admin, kind, "")) {
                    if (stream.status() == 200) {
                      return stream.events();
                    }
                    assertThat(stream.status()).isEqualTo(503);
                  }
                }
              }));
    }
    for (int i = 0; i < streams.size(); i++) {
      List<Client.Event> events = streams.get(i).get();
      List<String> ends =
          events.stream()
              .map(Client.Event::name)
              .filter(name -> name.equals("done") || name.equals("error"))
              .toList();
      assertThat(ends).containsExactly(i % kinds.size() < 2 ? "done" : "error");
      JsonNode last = events.getLast().data();
      if (i % kinds.size() == 0) {
        String tokens =
            events.stream()
                .filter(event -> event.name().equals("token"))
                .map(event -> event.data().get("text").asString())
                .collect(Collectors.joining());
        assertThat(last.get("answer").asString()).isEqualTo(tokens);
      }
    }
  }

  @Test
  @Tag("CR-13")
  void stoppingLetsWhatRunsEndAndCancelsTheRest(@TempDir Path other) throws Exception {
    var models = new FakeModels();
    var stopped =
        new TestServer(
            other,
            models,
            Map.of("retort.answers.slots", "2", "retort.answers.queue-per-slot", "2"));
    fill(stopped);
    Client client = stopped.admin();
    RawStream first = stream(client, "wait for the end", "");
    RawStream second = stream(client, "wait for the end", "");
    await(() -> models.generator().waiting() == 2);
    RawStream queued = stream(client, QUICK, "");
    await(() -> desk(stopped).waiting() == 1);

    Future<?> closing = askers.submit(stopped::close);
    await(() -> stopped.server().rooms().isClosing());
    models.generator().release(1); // either of the two

    assertThat(finishReason(queued)).as("what was admitted is answered").isEqualTo("stop");
    assertThat(List.of(finishReason(first), finishReason(second)))
        .as("what does not end is cancelled after a while")
        .containsExactlyInAnyOrder("stop", "cancelled");
    closing.get();
    first.close();
    second.close();
    queued.close();
  }

  private static String finishReason(RawStream stream) {
    return stream.events().getLast().data().get("finish_reason").asString();
  }
}
