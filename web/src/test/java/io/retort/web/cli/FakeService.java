package io.retort.web.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A service that answers as a test tells it to. A call that the test did not foresee is a 404, as
 * an unknown object would be.
 */
final class FakeService implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, Deque<Reply>> replies = new ConcurrentHashMap<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();

  FakeService() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  /** A request as it came. */
  record Call(String line, String credential, String body) {}

  private record Reply(int status, String type, String body) {}

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** {@code line} is method and path; of several answers the last one is repeated. */
  FakeService on(String line, int status, String body) {
    return on(line, new Reply(status, "application/json", body));
  }

  FakeService refuse(String line, int status, String code, String detail) {
    return on(line, new Reply(status, "application/problem+json", problem(status, code, detail)));
  }

  static String problem(int status, String code, String detail) {
    return """
    {"type":"/problems/%s","title":"T","status":%d,"detail":"%s","instance":"/","code":"%s",\
    "trace_id":"t","errors":[]}\
    """
        .formatted(code, status, detail, code);
  }

  /** A stream of events, each a name and its data. */
  FakeService stream(String line, String... eventsAndData) {
    var text = new StringBuilder(":\n\n");
    for (int i = 0; i < eventsAndData.length; i += 2) {
      text.append("event: ").append(eventsAndData[i]);
      text.append("\nid: ans_x:").append(i);
      text.append("\ndata: ").append(eventsAndData[i + 1]).append("\n\n");
    }
    return on(line, new Reply(200, "text/event-stream", text.toString()));
  }

  private FakeService on(String line, Reply reply) {
    replies.computeIfAbsent(line, _ -> new ArrayDeque<>()).add(reply);
    return this;
  }

  List<Call> calls() {
    return calls;
  }

  List<Call> calls(String line) {
    return calls.stream().filter(call -> call.line().equals(line)).toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String credential = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    calls.add(new Call(line, credential, body));
    Reply reply = next(line);
    byte[] bytes = reply.body().getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", reply.type());
    exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private synchronized Reply next(String line) {
    Deque<Reply> left = replies.get(line);
    if (left == null) {
      return new Reply(
          404, "application/problem+json", problem(404, "not_found", "there is no such object"));
    }
    return left.size() > 1 ? left.removeFirst() : left.getFirst();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
