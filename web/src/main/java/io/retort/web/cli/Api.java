package io.retort.web.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The REST API of one service, spoken with one credential. A refusal is a {@link ProblemException},
 * silence an {@link UnreachableException}.
 */
final class Api implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final String ROOT = "/api/v1";

  private final String address;
  private final String credential;
  private final HttpClient http;

  /**
   * @param address scheme, host, port and the path before {@code /api}, if there is one
   */
  Api(String address, String credential) {
    this.address = address.replaceAll("/+$", "");
    this.credential = credential;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
  }

  String address() {
    return address;
  }

  /** A name from outside as one segment of a path or one value of a query. */
  static String quoted(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return json(send(request(ROOT + path).GET().build(), BodyHandlers.ofString()));
  }

  /** The whole of a list, however many pages it has. */
  List<JsonNode> list(String path) throws IOException, InterruptedException {
    var items = new ArrayList<JsonNode>();
    String separator = path.contains("?") ? "&" : "?";
    String first = path + separator + "limit=100";
    String next = first;
    while (true) {
      JsonNode page = get(next);
      page.path("items").forEach(items::add);
      JsonNode cursor = page.path("next_cursor");
      if (!cursor.isString()) {
        return items;
      }
      next = first + "&cursor=" + quoted(cursor.stringValue());
    }
  }

  JsonNode post(String path, @Nullable JsonNode body) throws IOException, InterruptedException {
    return json(send(posting(path, body).build(), BodyHandlers.ofString()));
  }

  /** Sends a file of JSON lines. */
  JsonNode put(String path, Path lines) throws IOException, InterruptedException {
    HttpRequest request =
        request(ROOT + path)
            .header("Content-Type", "application/x-ndjson")
            .PUT(BodyPublishers.ofFile(lines))
            .build();
    return json(send(request, BodyHandlers.ofString()));
  }

  void delete(String path) throws IOException, InterruptedException {
    HttpResponse<String> response =
        send(request(ROOT + path).DELETE().build(), BodyHandlers.ofString());
    if (response.statusCode() >= 300) {
      throw problem(response.statusCode(), response.body());
    }
  }

  /** Sends files and returns the job that takes them in. */
  JsonNode upload(String collection, List<LocalFile> files)
      throws IOException, InterruptedException {
    var form = new UploadForm();
    BodyPublisher body = form.of(files);
    HttpRequest request =
        request(ROOT + "/collections/" + quoted(collection) + "/documents")
            .header("Content-Type", form.contentType())
            .POST(body)
            .build();
    return json(send(request, BodyHandlers.ofString()));
  }

  /**
   * Posts and hands on the events of the stream that comes back, up to and including the last.
   *
   * @return the data of the event {@code done}
   */
  JsonNode stream(String path, JsonNode body, BiConsumer<String, JsonNode> listener)
      throws IOException, InterruptedException {
    HttpRequest request = posting(path, body).setHeader("Accept", "text/event-stream").build();
    HttpResponse<Stream<String>> response = send(request, BodyHandlers.ofLines());
    try (Stream<String> lines = response.body()) {
      if (response.statusCode() >= 300) {
        throw problem(response.statusCode(), String.join("\n", lines.toList()));
      }
      return events(lines.iterator(), listener);
    } catch (java.io.UncheckedIOException e) {
      throw new UnreachableException("the service at " + address + " broke off", e);
    }
  }

  /** Of each event the service writes its name, its id and one line of data. */
  private JsonNode events(Iterator<String> lines, BiConsumer<String, JsonNode> listener)
      throws UnreachableException {
    String event = "";
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.startsWith("event: ")) {
        event = line.substring("event: ".length());
      } else if (line.startsWith("data: ")) {
        JsonNode data = Json.parse(line.substring("data: ".length()));
        if (event.equals("error")) {
          throw ProblemException.of(data);
        }
        listener.accept(event, data);
        if (event.equals("done")) {
          return data;
        }
      }
    }
    throw new UnreachableException("the service at " + address + " broke off");
  }

  /** Whether the service can answer now; needs no credential. */
  Replies.Health health() throws IOException, InterruptedException {
    HttpResponse<String> response = send(request("/health").GET().build(), BodyHandlers.ofString());
    if (response.statusCode() != 200 && response.statusCode() != 503) {
      throw problem(response.statusCode(), response.body());
    }
    return Json.read(parsed(response), Replies.Health.class);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path))
        .header("Authorization", "Bearer " + credential)
        .header("Accept", "application/json");
  }

  private HttpRequest.Builder posting(String path, @Nullable JsonNode body) {
    HttpRequest.Builder request = request(ROOT + path);
    return body == null
        ? request.POST(BodyPublishers.noBody())
        : request
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(Json.write(body)));
  }

  private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    try {
      return http.send(request, handler);
    } catch (ConnectException e) {
      throw new UnreachableException("no service answers at " + address, e);
    } catch (IOException e) {
      throw new UnreachableException(
          "the service at " + address + " broke off: " + e.getMessage(), e);
    }
  }

  private JsonNode json(HttpResponse<String> response) {
    if (response.statusCode() >= 300) {
      throw problem(response.statusCode(), response.body());
    }
    return parsed(response);
  }

  private JsonNode parsed(HttpResponse<String> response) {
    try {
      JsonNode document = Json.parse(response.body());
      if (document.isObject()) {
        return document;
      }
    } catch (JacksonException e) {
      // not JSON, so not ours
    }
    throw ProblemException.foreign(response.statusCode(), address);
  }

  private ProblemException problem(int status, String body) {
    try {
      JsonNode document = Json.parse(body);
      if (document.path("status").isInt() && document.path("code").isString()) {
        return ProblemException.of(document);
      }
    } catch (JacksonException e) {
      // not JSON, so not ours
    }
    return ProblemException.foreign(status, address);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
