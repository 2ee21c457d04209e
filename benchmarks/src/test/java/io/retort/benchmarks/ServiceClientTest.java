package io.retort.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.retort.benchmarks.ServiceClient.Answered;
import io.retort.benchmarks.ServiceClient.Asked;
import io.retort.benchmarks.ServiceClient.Failed;
import io.retort.benchmarks.ServiceClient.Refused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceClientTest {
  private HttpServer server;
  private String reply = "";
  private int status = 200;
  private String request = "";
  private final Map<String, String> headers = new HashMap<>();
  private ServiceClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          request =
              exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          byte[] bytes = reply.getBytes(UTF_8);
          headers.forEach(exchange.getResponseHeaders()::set);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    client = new ServiceClient(url, "rt_key", "sample");
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void aSearchIsOneRequestWithTheKey() throws Exception {
    reply = "{\"timings\":{\"retrieve_ms\":3}}";

    var found = client.post("/api/v1/search", client.request().put("query", "kea"));

    assertThat(found.body().path("timings").path("retrieve_ms").asInt()).isEqualTo(3);
    assertThat(found.millis()).isPositive();
    assertThat(request).isEqualTo("Bearer rt_key {\"collection\":\"sample\",\"query\":\"kea\"}");
  }

  @Test
  void aStreamEndsWithTheWholeAnswer() throws Exception {
    reply =
        """
        : still there

        event: retrieval
        id: ans_1:1
        data: {"chunk_index":0}

        event: token
        id: ans_1:2
        data: {"index":0,"text":"Five"}

        event: done
        id: ans_1:3
        data: {"answer":"Five"}

        """;

    Answered answer = Asked.answered(client.ask(client.request()));

    assertThat(answer.done().path("answer").asString()).isEqualTo("Five");
    assertThat(answer.firstByteMillis()).isPositive().isLessThanOrEqualTo(answer.firstMillis());
    assertThat(answer.firstMillis()).isLessThanOrEqualTo(answer.totalMillis());
  }

  @Test
  void aStreamThatBreaksOffIsNoAnswer() {
    reply = "event: token\ndata: {}\n\n";

    assertThatThrownBy(() -> Asked.answered(client.ask(client.request())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("without 'done'");
  }

  @Test
  void aStreamThatEndsAtItsTimeLimitIsLate() throws Exception {
    reply = "event: error\ndata: {\"code\":\"deadline_exceeded\"}\n\n";
    assertThat(client.ask(client.request()))
        .isInstanceOfSatisfying(Failed.class, failed -> assertThat(failed.late()).isTrue());
    reply = "event: error\ndata: {\"code\":\"internal_error\"}\n\n";
    assertThat(client.ask(client.request()))
        .isInstanceOfSatisfying(Failed.class, failed -> assertThat(failed.late()).isFalse());
  }

  @Test
  void aRefusalIsHonestIfItSaysWhenToComeBack() throws Exception {
    status = 503;
    reply = "{\"code\":\"overloaded\"}";
    assertHonest(false);
    headers.put("Retry-After", "2");
    assertHonest(false);
    headers.put("Content-Type", "application/problem+json");
    assertHonest(true);
    headers.put("Retry-After", "0");
    assertHonest(false);
    status = 500;
    assertThat(client.ask(client.request())).isInstanceOf(Failed.class);
  }

  private void assertHonest(boolean honest) throws InterruptedException {
    assertThat(client.ask(client.request()))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.honest()).isEqualTo(honest));
  }

  @Test
  void aRefusalIsTold() {
    status = 503;
    reply = "{\"code\":\"overloaded\"}";

    assertThatThrownBy(() -> client.post("/api/v1/search", client.request()))
        .hasMessageContaining("503")
        .hasMessageContaining("overloaded");
  }
}
