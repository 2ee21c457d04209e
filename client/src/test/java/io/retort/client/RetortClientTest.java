package io.retort.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a service or the network does that a well-behaved service does not do in a test. */
class RetortClientTest {
  private static final String JOB =
      "{\"id\":\"job_1\",\"kind\":\"ingest\",\"collection\":\"c\",\"state\":\"%s\",\"progress\":null,"
          + "\"total\":1,\"completed\":0,\"failed\":0,\"unchanged\":0,\"chunks_written\":0,"
          + "\"eta_seconds\":null,\"created_at\":\"2026-11-25T09:00:00.000Z\",\"started_at\":null,"
          + "\"finished_at\":null,\"error\":null,\"a_later_field\":1}";

  private final List<String> requests = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private HttpServer server;
  private RetortClient client;

  /** A response: status, type and body, with more headers as pairs. */
  private record Response(int status, String type, String body, String... headers) {}

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    client =
        RetortClient.of(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), "rt_key");
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  private void answer(Response... responses) {
    var number = new AtomicInteger();
    server.createContext(
        "/",
        exchange -> {
          requests.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + exchange.getRequestHeaders().getFirst("Last-Event-ID")
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
          Response response = responses[Math.min(number.getAndIncrement(), responses.length - 1)];
          exchange.getResponseHeaders().set("Content-Type", response.type);
          for (int i = 0; i < response.headers.length; i += 2) {
            exchange.getResponseHeaders().set(response.headers[i], response.headers[i + 1]);
          }
          byte[] body = response.body.getBytes(UTF_8);
          exchange.sendResponseHeaders(response.status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  @Test
  void aProblemIsAnExceptionWithAllItSays() {
    answer(
        new Response(
            503,
            "application/problem+json",
            "{\"type\":\"/problems/overloaded\",\"title\":\"Overloaded\",\"status\":503,"
                + "\"detail\":\"9 answers wait\",\"instance\":\"/api/v1/answers\","
                + "\"code\":\"overloaded\",\"trace_id\":\"t\",\"errors\":[]}",
            "Retry-After",
            "7"));
    assertThatThrownBy(() -> client.ask(AnswerRequest.of("c", "Why?")))
        .isInstanceOfSatisfying(
            RetortException.class,
            e -> {
              assertThat(e.status()).isEqualTo(503);
              assertThat(e.code()).isEqualTo("overloaded");
              assertThat(e.problem().traceId()).isEqualTo("t");
              assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(7));
              assertThat(e).hasMessage("503 overloaded: 9 answers wait");
            });
    assertThat(requests)
        .containsExactly(
            "POST /api/v1/answers Bearer rt_key null {\"question\":\"Why?\",\"collection\":\"c\"}");
  }

  @Test
  void somebodyElsesErrorIsOneToo() {
    answer(new Response(502, "text/html", "<h1>Bad gateway</h1>"));
    assertThatThrownBy(() -> client.keys().me())
        .isInstanceOfSatisfying(
            RetortException.class,
            e -> {
              assertThat(e.status()).isEqualTo(502);
              assertThat(e.problem()).isNull();
              assertThat(e.code()).isEmpty();
              assertThat(e).hasMessageContaining("getMe").hasMessageContaining("502");
            });
  }

  @Test
  void noAnswerAtAllIsOneWithItsCause() {
    server.stop(0);
    assertThatThrownBy(() -> client.collections().get("c"))
        .isInstanceOfSatisfying(
            RetortException.class,
            e -> {
              assertThat(e.status()).isZero();
              assertThat(e).hasCauseInstanceOf(java.io.IOException.class);
            });
  }

  @Test
  void aStreamThatBreaksOffIsNoAnswer() {
    answer(
        new Response(
            200,
            "text/event-stream",
            ": quiet\n\nevent: token\nid: ans_1:1\ndata: {\"index\":0,\"text\":\"Fi\"}\n\n"));
    var heard = new StringBuilder();
    assertThatThrownBy(() -> client.ask(AnswerRequest.of("c", "Why?"), heard::append))
        .isInstanceOf(RetortException.class)
        .hasMessageContaining("ended before");
    assertThat(heard).hasToString("Fi");
  }

  @Test
  void anErrorInAStreamIsThrown() {
    answer(
        new Response(
            200,
            "text/event-stream",
            "event: error\nid: ans_1:1\ndata: {\"type\":\"/problems/device_lost\",\"title\":\"D\","
                + "\"status\":500,\"detail\":\"gone\",\"instance\":\"/\",\"code\":\"device_lost\","
                + "\"trace_id\":\"t\",\"errors\":[]}\n\n"));
    try (AnswerStream stream = client.stream(AnswerRequest.of("c", "Why?"))) {
      assertThatThrownBy(() -> stream.iterator().next())
          .isInstanceOfSatisfying(
              RetortException.class, e -> assertThat(e.code()).isEqualTo("device_lost"));
    }
  }

  @Test
  void waitingGoesOnAfterTheConnectionBroke() {
    answer(
        new Response(
            200,
            "text/event-stream",
            "event: job\nid: job_1:3\ndata: " + JOB.formatted("running") + "\n\n"),
        new Response(
            200,
            "text/event-stream",
            "event: done\nid: job_1:4\ndata: " + JOB.formatted("succeeded") + "\n\n"));
    var states = new ArrayList<String>();
    Job job = client.jobs().await("job_1", Duration.ofMinutes(1), j -> states.add(j.state()));
    assertThat(job.ended()).isTrue();
    assertThat(states).containsExactly("running", "succeeded");
    assertThat(requests.getLast()).contains("job_1:3");
  }

  @Test
  void waitingEnds() {
    answer(new Response(200, "text/event-stream", ": quiet\n\n"));
    assertThatThrownBy(() -> client.jobs().await("job_1", Duration.ofMillis(10)))
        .isInstanceOf(RetortException.class)
        .hasCauseInstanceOf(TimeoutException.class);
  }

  @Test
  void anIdCannotLeadElsewhere() {
    answer(new Response(404, "text/plain", ""));
    assertThatThrownBy(() -> client.documents().get("../keys?x=1#y"))
        .isInstanceOf(RetortException.class);
    assertThat(requests.getFirst()).startsWith("GET /api/v1/documents/..%2Fkeys%3Fx%3D1%23y ");
  }

  @Test
  void anIdempotencyKeyIsSentWithWhatHasAnEffectAndThatAlone() {
    answer(new Response(200, "application/json", JOB.formatted("queued")));
    RetortClient once = client.withIdempotencyKey("order-1");
    once.jobs().retry("job_1");
    once.jobs().get("job_1");
    once.close(); // closes nothing
    client.jobs().retry("job_1");
    assertThat(keys).containsExactly("order-1", null, null);
    for (String key : List.of("", "two words", "ü", "x".repeat(129))) {
      assertThatThrownBy(() -> client.withIdempotencyKey(key))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("visible ASCII");
    }
    assertThatThrownBy(
            () -> once.keys().create(new NewKey("k", List.of(Scope.ASK), List.of("*"), null)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("createKey");
    assertThat(requests).hasSize(3);
  }

  @Test
  void secretsAreNotPrinted() {
    assertThat(new LoginAddress("http://x/login#token=secret").toString()).doesNotContain("secret");
  }
}
