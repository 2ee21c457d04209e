package io.retort.web.fakes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An HTTP client of a running service, with or without a credential. */
public final class Client {
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  private final String address;
  private final @Nullable String key;
  private final Map<String, String> cookies;

  public Client(String address, @Nullable String key) {
    this(address, key, Map.of());
  }

  private Client(String address, @Nullable String key, Map<String, String> cookies) {
    this.address = address;
    this.key = key;
    this.cookies = cookies;
  }

  public Client with(@Nullable String otherKey) {
    return new Client(address, otherKey);
  }

  /** A browser that has just logged in, by the cookies that it was given. */
  public Client withSession(List<String> setCookies) {
    var given = new TreeMap<String, String>();
    for (String cookie : setCookies) {
      String pair = cookie.substring(0, cookie.indexOf(';'));
      given.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return new Client(address, null, given);
  }

  /** A response with its body as text. */
  public record Reply(int status, HttpResponse<byte[]> response) {
    public String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    public JsonNode json() {
      return JSON.readTree(text());
    }

    /** Of a problem, or of an error in OpenAI's form. */
    public String code() {
      JsonNode body = json();
      return body.path("code").asString(body.path("error").path("code").asString(""));
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  public HttpRequest.Builder request(String path) {
    var builder =
        HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofSeconds(60));
    if (key != null) {
      builder.header("Authorization", "Bearer " + key);
    }
    if (!cookies.isEmpty()) {
      builder.header(
          "Cookie",
          cookies.entrySet().stream()
              .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
              .collect(Collectors.joining("; ")));
      builder.header("X-XSRF-TOKEN", cookies.getOrDefault("XSRF-TOKEN", ""));
    }
    return builder;
  }

  public Reply send(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = HTTP.send(request, BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public HttpResponse<InputStream> open(HttpRequest request)
      throws IOException, InterruptedException {
    return HTTP.send(request, BodyHandlers.ofInputStream());
  }

  public Reply get(String path) {
    return send(request(path).GET().build());
  }

  public Reply delete(String path) {
    return send(request(path).DELETE().build());
  }

  public Reply post(String path, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build());
  }

  public Reply patch(String path, String json) {
    return send(path, "PATCH", json);
  }

  public Reply put(String path, String json) {
    return send(path, "PUT", json);
  }

  private Reply send(String path, String method, String json) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(json))
            .build());
  }

  /** A file of a multipart upload. */
  public record File(String name, byte[] content) {}

  public Reply upload(String path, List<File> files, @Nullable String items) {
    String boundary = "x-boundary-x";
    var body = new ByteArrayOutputStream();
    for (File file : files) {
      line(body, "--" + boundary);
      line(body, "Content-Disposition: form-data; name=\"file\"; filename=\"" + file.name + "\"");
      line(body, "Content-Type: application/octet-stream");
      line(body, "");
      body.writeBytes(file.content);
      line(body, "");
    }
    if (items != null) {
      line(body, "--" + boundary);
      line(body, "Content-Disposition: form-data; name=\"items\"");
      line(body, "Content-Type: application/json");
      line(body, "");
      line(body, items);
    }
    line(body, "--" + boundary + "--");
    return send(
        request(path)
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .POST(BodyPublishers.ofByteArray(body.toByteArray()))
            .build());
  }

  private static void line(ByteArrayOutputStream body, String text) {
    body.writeBytes((text + "\r\n").getBytes(StandardCharsets.UTF_8));
  }

  /** An event of a stream. */
  public record Event(String name, String id, JsonNode data) {}

  /** The events of a whole stream. */
  public List<Event> stream(String path, @Nullable String body) {
    var request = request(path).header("Accept", "text/event-stream");
    if (body == null) {
      request.GET();
    } else {
      request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }
    Reply reply = send(request.build());
    if (reply.status != 200) {
      throw new IllegalStateException(reply.status + " " + reply.text());
    }
    return events(reply.text());
  }

  public static List<Event> events(String text) {
    var events = new ArrayList<Event>();
    for (String part : text.split("\n\n")) {
      String block = part.strip();
      if (block.startsWith(":") || block.isBlank()) {
        continue;
      }
      String[] lines = block.split("\n", 3);
      events.add(
          new Event(
              lines[0].substring("event: ".length()),
              lines[1].substring("id: ".length()),
              JSON.readTree(lines[2].substring("data: ".length()))));
    }
    return events;
  }

  /** Waits until the job of an upload is over, by its own events. */
  public JsonNode awaitJob(Reply accepted) {
    if (accepted.status != 202) {
      throw new IllegalStateException(accepted.status + " " + accepted.text());
    }
    String id = accepted.json().get("id").asString();
    return stream("/api/v1/jobs/" + id + "/events", null).getLast().data();
  }

  public static String json(Map<String, ?> fields) {
    return JSON.writeValueAsString(fields);
  }
}
