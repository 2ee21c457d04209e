package io.retort.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** Requests and responses: addresses, the credential, JSON, and problems as exceptions. */
final class Http implements AutoCloseable {
  static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .changeDefaultPropertyInclusion(i -> i.withValueInclusion(JsonInclude.Include.NON_NULL))
          .addModule(new SimpleModule("words").addSerializer(new WordSerializer()))
          .build();

  private final HttpClient client;
  private final String address;
  private final String key;
  private final Duration timeout;
  private final @Nullable String idempotencyKey;

  private Http(
      HttpClient client,
      String address,
      String key,
      Duration timeout,
      @Nullable String idempotencyKey) {
    this.client = client;
    this.address = address;
    this.key = key;
    this.timeout = timeout;
    this.idempotencyKey = idempotencyKey;
  }

  static Http open(URI address, String key, Duration timeout) {
    return new Http(
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build(),
        address.toString().replaceFirst("/+$", ""),
        key,
        timeout,
        null);
  }

  /** The same connections, which remain this one's to close. */
  Http withIdempotencyKey(String once) {
    if (!once.matches("[!-~]{1,128}")) {
      throw new IllegalArgumentException(
          "an idempotency key has 1 to 128 visible ASCII characters: '" + once + "'");
    }
    return new Http(client, address, key, timeout, once);
  }

  /** Enums as the API writes them. */
  private static final class WordSerializer extends StdSerializer<Enum<?>> {
    WordSerializer() {
      super(JSON_TYPE);
    }

    private static final JavaType JSON_TYPE = new JsonMapper().constructType(Enum.class);

    @Override
    public void serialize(Enum<?> value, JsonGenerator out, SerializationContext context) {
      out.writeString(value.name().toLowerCase(Locale.ROOT));
    }
  }

  /** A query string that leaves out what is null. */
  static final class Query {
    private final StringBuilder text = new StringBuilder();

    Query with(String name, @Nullable Object value) {
      if (value != null) {
        text.append(text.isEmpty() ? '?' : '&')
            .append(name)
            .append('=')
            .append(URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
      }
      return this;
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static BodyPublisher json(Object body) {
    return BodyPublishers.ofString(JSON.writeValueAsString(body));
  }

  HttpRequest.Builder request(Operation operation, String path, BodyPublisher body) {
    return untimed(operation, path, body).timeout(timeout);
  }

  HttpRequest.Builder untimed(Operation operation, String path, BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path))
            .header("Authorization", "Bearer " + key)
            .header("Accept", "application/json")
            .method(operation.method, body);
    if (idempotencyKey == null || !operation.method.equals("POST")) {
      return request; // any other method has the same effect twice as once
    }
    if (!operation.takesIdempotencyKey()) {
      throw new IllegalStateException(
          operation.id() + " takes no idempotency key: a response with a secret is not repeated");
    }
    return request.header("Idempotency-Key", idempotencyKey);
  }

  /** One call with a JSON body. */
  <T> T call(Operation operation, String path, Object body, Class<T> type) {
    HttpRequest request =
        request(operation, path, json(body)).header("Content-Type", "application/json").build();
    return read(operation, send(operation, request, BodyHandlers.ofByteArray()), type);
  }

  /** One call without a body. */
  <T> T call(Operation operation, String path, Class<T> type) {
    HttpRequest request = request(operation, path, BodyPublishers.noBody()).build();
    return read(operation, send(operation, request, BodyHandlers.ofByteArray()), type);
  }

  /** One call without a body, and without one in the response. */
  void run(Operation operation, String path) {
    HttpRequest request = request(operation, path, BodyPublishers.noBody()).build();
    check(operation, send(operation, request, BodyHandlers.ofByteArray()));
  }

  <T> T read(Operation operation, HttpResponse<byte[]> response, Class<T> type) {
    check(operation, response);
    return parse(operation, response.body(), type);
  }

  static <T> T parse(Operation operation, byte[] body, Class<T> type) {
    try {
      return JSON.readValue(body, type);
    } catch (JacksonException e) {
      throw RetortException.unanswered(operation.id(), e);
    }
  }

  <T> HttpResponse<T> send(Operation operation, HttpRequest request, BodyHandler<T> handler) {
    try {
      return client.send(request, handler);
    } catch (IOException e) {
      throw RetortException.unanswered(operation.id(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RetortException.unanswered(operation.id(), e);
    }
  }

  void check(Operation operation, HttpResponse<byte[]> response) {
    if (response.statusCode() >= 400) {
      throw refused(operation, response, response.body());
    }
  }

  /** The bytes of a response, once its status is a good one; whoever takes them closes them. */
  InputStream open(Operation operation, HttpRequest request) {
    HttpResponse<InputStream> response = send(operation, request, BodyHandlers.ofInputStream());
    if (response.statusCode() < 400) {
      return response.body();
    }
    try (InputStream body = response.body()) {
      throw refused(operation, response, body.readAllBytes());
    } catch (IOException e) {
      throw RetortException.unanswered(operation.id(), e);
    }
  }

  private static RetortException refused(
      Operation operation, HttpResponse<?> response, byte[] body) {
    String type = response.headers().firstValue("Content-Type").orElse("");
    if (!type.startsWith("application/problem+json")) {
      return RetortException.ofStatus(response.statusCode(), operation.id());
    }
    Problem problem = parse(operation, body, Problem.class);
    return RetortException.of(
        problem,
        response
            .headers()
            .firstValue("Retry-After")
            .filter(seconds -> seconds.matches("\\d{1,9}"))
            .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
            .orElse(null));
  }

  /** A part of a list. */
  record Page<T>(List<T> items, @Nullable String nextCursor) {}

  /** A whole list, whose parts are fetched as they are needed. */
  <T> Stream<T> list(Operation operation, Function<Query, String> path, Class<T> type) {
    JavaType page = JSON.getTypeFactory().constructParametricType(Page.class, type);
    Iterable<T> items = () -> new Walk<>(this, operation, path, page);
    return StreamSupport.stream(items.spliterator(), false);
  }

  private static final class Walk<T> implements Iterator<T> {
    private final Http http;
    private final Operation operation;
    private final Function<Query, String> path;
    private final JavaType page;
    private Iterator<T> items = new ArrayList<T>().iterator();
    private @Nullable String cursor;
    private boolean begun;

    Walk(Http http, Operation operation, Function<Query, String> path, JavaType page) {
      this.http = http;
      this.operation = operation;
      this.path = path;
      this.page = page;
    }

    @Override
    public boolean hasNext() {
      while (!items.hasNext() && (!begun || cursor != null)) {
        Query query = new Query().with("limit", 100).with("cursor", cursor);
        HttpRequest request =
            http.request(operation, path.apply(query), BodyPublishers.noBody()).build();
        HttpResponse<byte[]> response = http.send(operation, request, BodyHandlers.ofByteArray());
        http.check(operation, response);
        Page<T> part = part(response.body());
        items = part.items().iterator();
        cursor = part.nextCursor();
        begun = true;
      }
      return items.hasNext();
    }

    private Page<T> part(byte[] body) {
      try {
        return JSON.readValue(body, page);
      } catch (JacksonException e) {
        throw RetortException.unanswered(operation.id(), e);
      }
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return items.next();
    }
  }

  @Override
  public void close() {
    if (idempotencyKey == null) {
      client.shutdownNow();
      client.close();
    }
  }
}
