package io.retort.benchmarks;

import java.io.IOException;
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
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
  private final String url;
  private final String key;
  private final String collection;

  ServiceClient(String url, String key, String collection) {
    this.url = url;
    this.key = key;
    this.collection = collection;
  }

  record Timed(JsonNode body, double millis) {}

  /**
   * A streamed answer.
   *
   * @param firstMillis until the first token or the abstention, whichever came
   * @param done the whole answer, the data of the last event
   */
  record Streamed(double firstMillis, double totalMillis, JsonNode done) {}

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

  Streamed stream(String path, ObjectNode body) throws IOException, InterruptedException {
    long start = System.nanoTime();
    HttpResponse<Stream<String>> response =
        http.send(
            builder(path, "text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)))
                .build(),
            BodyHandlers.ofLines());
    try (Stream<String> lines = response.body()) {
      if (response.statusCode() != 200) {
        check(path, response.statusCode(), String.join("\n", lines.toList()));
      }
      return read(lines.iterator(), start);
    }
  }

  private Streamed read(Iterator<String> lines, long start) throws IOException {
    double firstMillis = Double.NaN;
    String event = "";
    List<String> events = new ArrayList<>();
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.startsWith("event:")) {
        event = line.substring("event:".length()).strip();
        events.add(event);
        if (Double.isNaN(firstMillis) && (event.equals("token") || event.equals("abstained"))) {
          firstMillis = millisSince(start);
        }
      } else if (line.startsWith("data:") && event.equals("done")) {
        double totalMillis = millisSince(start);
        JsonNode done = json.readTree(line.substring("data:".length()));
        return new Streamed(
            Double.isNaN(firstMillis) ? totalMillis : firstMillis, totalMillis, done);
      } else if (line.startsWith("data:") && event.equals("error")) {
        throw new IOException("the stream ended with an error: " + line);
      }
    }
    throw new IOException("the stream ended without 'done', after " + events);
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
