package io.retort.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The public interface of a running service, with the time at which each answer arrived. */
final class ServiceClient implements AutoCloseable {
  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1) // a connection for each, as separate users have
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final String url;
  private final String key;
  private final String collection;

  ServiceClient(String url, String key, String collection) {
    this.url = url;
    this.key = key;
    this.collection = collection;
  }

  record Timed(JsonNode body, double millis) {}

  /** What came of asking. Times are from the sending of the request. */
  sealed interface Asked {
    /** An answer, whole. */
    static Answered answered(Asked asked) throws IOException {
      return switch (asked) {
        case Answered answered -> answered;
        case Refused refused -> throw new IOException("the question was refused: " + refused);
        case Failed failed -> throw new IOException(failed.why());
      };
    }
  }

  /**
   * A streamed answer.
   *
   * @param firstByteMillis until anything at all came of the stream, if only a comment
   * @param firstMillis until the first token or the abstention, whichever came
   * @param done the whole answer, the data of the last event
   */
  record Answered(double firstByteMillis, double firstMillis, double totalMillis, JsonNode done)
      implements Asked {}

  /**
   * No answer and no work: 429 or 503.
   *
   * @param honest whether it is a problem of RFC 9457 that says when to come back
   */
  record Refused(int status, boolean honest, double millis, String body) implements Asked {}

  /**
   * No answer in another way.
   *
   * @param late whether the service gave up since the time limit of the question had passed
   */
  record Failed(boolean late, String why) implements Asked {}

  ObjectNode request() {
    return json.createObjectNode().put("collection", collection);
  }

  Timed post(String path, ObjectNode body) throws IOException, InterruptedException {
    long start = System.nanoTime();
    HttpResponse<String> response =
        http.send(
            builder(path, "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)))
                .build(),
            BodyHandlers.ofString());
    double millis = millisSince(start);
    check(path, response.statusCode(), response.body());
    return new Timed(json.readTree(response.body()), millis);
  }

  /** An answer as a stream, whatever comes of it; not even a broken connection is an exception. */
  Asked ask(ObjectNode body) throws InterruptedException {
    long start = System.nanoTime();
    try {
      HttpResponse<Stream<String>> response =
          http.send(
              builder("/api/v1/answers", "text/event-stream")
                  .POST(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)))
                  .build(),
              BodyHandlers.ofLines());
      try (Stream<String> lines = response.body()) {
        return response.statusCode() == 200
            ? read(lines.iterator(), start)
            : refused(response, String.join("\n", lines.toList()), millisSince(start));
      }
    } catch (IOException | UncheckedIOException e) {
      return new Failed(false, e.toString());
    }
  }

  private static Asked refused(HttpResponse<?> response, String body, double millis) {
    int status = response.statusCode();
    if (status != 429 && status != 503) {
      return new Failed(status == 504, "a question was answered %d: %s".formatted(status, body));
    }
    boolean problem =
        response
            .headers()
            .firstValue("Content-Type")
            .filter(type -> type.startsWith("application/problem+json"))
            .isPresent();
    boolean wait =
        response
            .headers()
            .firstValue("Retry-After")
            .filter(w -> w.matches("[1-9]\\d*"))
            .isPresent();
    return new Refused(status, problem && wait, millis, body);
  }

  private Asked read(Iterator<String> lines, long start) {
    double firstByteMillis = Double.NaN;
    double firstMillis = Double.NaN;
    String event = "";
    List<String> events = new ArrayList<>();
    while (lines.hasNext()) {
      String line = lines.next();
      if (Double.isNaN(firstByteMillis)) {
        firstByteMillis = millisSince(start);
      }
      if (line.startsWith("event:")) {
        event = line.substring("event:".length()).strip();
        events.add(event);
        if (Double.isNaN(firstMillis) && (event.equals("token") || event.equals("abstained"))) {
          firstMillis = millisSince(start);
        }
      } else if (line.startsWith("data:") && event.equals("done")) {
        double totalMillis = millisSince(start);
        JsonNode done = json.readTree(line.substring("data:".length()));
        return new Answered(
            firstByteMillis,
            Double.isNaN(firstMillis) ? totalMillis : firstMillis,
            totalMillis,
            done);
      } else if (line.startsWith("data:") && event.equals("error")) {
        String code = json.readTree(line.substring("data:".length())).path("code").asString("");
        return new Failed(
            code.equals("deadline_exceeded"), "the stream ended with an error: " + line);
      }
    }
    return new Failed(false, "the stream ended without 'done', after " + events);
  }

  private HttpRequest.Builder builder(String path, String accept) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .timeout(Duration.ofMinutes(3))
        .header("Authorization", "Bearer " + key)
        .header("Content-Type", "application/json")
        .header("Accept", accept);
  }

  private static void check(String path, int status, String body) throws IOException {
    if (status != 200) {
      throw new IOException("%s answered %d: %s".formatted(path, status, body));
    }
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  @Override
  public void close() {
    http.close();
  }
}
