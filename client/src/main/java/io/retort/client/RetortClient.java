package io.retort.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A running service, with a credential. Every call waits for its answer, and fails with a {@link
 * RetortException}. Safe for use by many threads; whoever opens a client closes it.
 */
public final class RetortClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(150);

  private final Http http;

  private RetortClient(Http http) {
    this.http = http;
  }

  /**
   * Sends nothing yet.
   *
   * @param address as {@code http://127.0.0.1:8080}
   * @param key an API key, {@code rt_…}
   */
  public static RetortClient of(URI address, String key) {
    return of(address, key, TIMEOUT);
  }

  /**
   * Sends nothing yet.
   *
   * @param timeout until a call other than an upload begins to be answered
   */
  public static RetortClient of(URI address, String key, Duration timeout) {
    return new RetortClient(Http.open(address, key, timeout));
  }

  /**
   * This client for calls that take effect once, however often they are made: within 24 hours a
   * call with the same key and body gets the first one's response, and one with another body is
   * refused ({@code idempotency_key_reused}). An answer that is streamed a second time comes as its
   * end alone; streamed and whole take a key each. Calls that only look, replace or delete are as
   * without a key; those whose response holds a secret fail. There is nothing to close.
   *
   * @param key 1 to 128 visible ASCII characters, of the caller's making
   */
  public RetortClient withIdempotencyKey(String key) {
    return new RetortClient(http.withIdempotencyKey(key));
  }

  /** Asks, and waits for the whole answer. */
  public Answer ask(AnswerRequest question) {
    return http.call(Operation.ASK, Operation.ASK.path, question, Answer.class);
  }

  /** Asks, hands the answer's text over as it comes, and returns the whole. */
  public Answer ask(AnswerRequest question, Consumer<String> onText) {
    try (AnswerStream stream = stream(question)) {
      for (AnswerEvent event : stream) {
        if (event instanceof AnswerEvent.Text text) {
          onText.accept(text.text());
        } else if (event instanceof AnswerEvent.Done done) {
          return done.answer();
        }
      }
    }
    throw new IllegalStateException("a stream ends with the answer or an exception");
  }

  /** Asks, and shows all that happens. Whoever opens the stream closes it. */
  public AnswerStream stream(AnswerRequest question) {
    HttpRequest request =
        http.request(Operation.ASK, Operation.ASK.path, Http.json(question))
            .header("Content-Type", "application/json")
            .setHeader("Accept", "text/event-stream")
            .build();
    return new AnswerStream(http.open(Operation.ASK, request));
  }

  /** A stored answer. */
  public Answer answer(String id, Include... include) {
    String shown = Arrays.stream(include).map(Http::word).collect(Collectors.joining(","));
    var query = new Http.Query().with("include", shown.isEmpty() ? null : shown);
    return http.call(Operation.GET_ANSWER, Operation.GET_ANSWER.of(id) + query, Answer.class);
  }

  /** Stops an answer that is being made. */
  public void cancelAnswer(String id) {
    http.run(Operation.CANCEL_ANSWER, Operation.CANCEL_ANSWER.of(id));
  }

  /** What an answer loses without these neighbours. */
  public KnockOut knockOut(String answerId, List<String> chunkIds) {
    return http.call(
        Operation.KNOCK_OUT,
        Operation.KNOCK_OUT.of(answerId),
        Map.of("chunk_ids", chunkIds),
        KnockOut.class);
  }

  /** Searches without an answer. */
  public SearchResult search(SearchRequest search) {
    return http.call(Operation.SEARCH, Operation.SEARCH.path, search, SearchResult.class);
  }

  public Collections collections() {
    return new Collections(http);
  }

  public Documents documents() {
    return new Documents(http);
  }

  public Jobs jobs() {
    return new Jobs(http);
  }

  public Conversations conversations() {
    return new Conversations(http);
  }

  public FeedbackCalls feedback() {
    return new FeedbackCalls(http);
  }

  public Keys keys() {
    return new Keys(http);
  }

  /** How the service is; for administrators. */
  public ServiceStatus status() {
    return http.call(Operation.GET_STATUS, Operation.GET_STATUS.path, ServiceStatus.class);
  }

  /** Whether the service is ready. */
  public Health health() {
    HttpRequest request =
        http.request(Operation.GET_HEALTH, Operation.GET_HEALTH.path, BodyPublishers.noBody())
            .build();
    var response = http.send(Operation.GET_HEALTH, request, BodyHandlers.ofByteArray());
    if (response.statusCode() != 503) { // which has the same form
      http.check(Operation.GET_HEALTH, response);
    }
    return Http.parse(Operation.GET_HEALTH, response.body(), Health.class);
  }

  @Override
  public void close() {
    http.close();
  }

  /** {@code /collections}. */
  public static final class Collections {
    private final Http http;

    private Collections(Http http) {
      this.http = http;
    }

    public Collection create(NewCollection collection) {
      return http.call(
          Operation.CREATE_COLLECTION,
          Operation.CREATE_COLLECTION.path,
          collection,
          Collection.class);
    }

    public Stream<Collection> list() {
      return http.list(
          Operation.LIST_COLLECTIONS,
          part -> Operation.LIST_COLLECTIONS.path + part,
          Collection.class);
    }

    public Collection get(String id) {
      return http.call(Operation.GET_COLLECTION, Operation.GET_COLLECTION.of(id), Collection.class);
    }

    public Collection update(String id, CollectionPatch patch) {
      return http.call(
          Operation.UPDATE_COLLECTION, Operation.UPDATE_COLLECTION.of(id), patch, Collection.class);
    }

    /** With its documents. */
    public void delete(String id) {
      http.run(Operation.DELETE_COLLECTION, Operation.DELETE_COLLECTION.of(id));
    }
  }

  /** {@code /conversations}. */
  public static final class Conversations {
    private final Http http;

    private Conversations(Http http) {
      this.http = http;
    }

    public Conversation create(String title) {
      return http.call(
          Operation.CREATE_CONVERSATION,
          Operation.CREATE_CONVERSATION.path,
          Map.of("title", title),
          Conversation.class);
    }

    /** Newest first. */
    public Stream<Conversation> list() {
      return http.list(
          Operation.LIST_CONVERSATIONS,
          part -> Operation.LIST_CONVERSATIONS.path + part,
          Conversation.class);
    }

    public Conversation get(String id) {
      return http.call(
          Operation.GET_CONVERSATION, Operation.GET_CONVERSATION.of(id), Conversation.class);
    }

    public Conversation rename(String id, String title) {
      return http.call(
          Operation.UPDATE_CONVERSATION,
          Operation.UPDATE_CONVERSATION.of(id),
          Map.of("title", title),
          Conversation.class);
    }

    /** With its answers. */
    public void delete(String id) {
      http.run(Operation.DELETE_CONVERSATION, Operation.DELETE_CONVERSATION.of(id));
    }
  }

  /** What is said of answers. */
  public static final class FeedbackCalls {
    private final Http http;

    private FeedbackCalls(Http http) {
      this.http = http;
    }

    /** Takes the place of what the same credential said before. */
    public Feedback put(String answerId, FeedbackRequest opinion) {
      return http.call(
          Operation.PUT_FEEDBACK, Operation.PUT_FEEDBACK.of(answerId), opinion, Feedback.class);
    }

    public Feedback get(String answerId) {
      return http.call(Operation.GET_FEEDBACK, Operation.GET_FEEDBACK.of(answerId), Feedback.class);
    }

    public void delete(String answerId) {
      http.run(Operation.DELETE_FEEDBACK, Operation.DELETE_FEEDBACK.of(answerId));
    }

    /** Everybody's; for administrators. */
    public Stream<Feedback> list() {
      return http.list(
          Operation.LIST_FEEDBACK, part -> Operation.LIST_FEEDBACK.path + part, Feedback.class);
    }

    /** As a data set for evaluations; for administrators. */
    public List<FeedbackExample> examples() {
      HttpRequest request =
          http.request(
                  Operation.LIST_FEEDBACK, Operation.LIST_FEEDBACK.path, BodyPublishers.noBody())
              .setHeader("Accept", "application/x-ndjson")
              .build();
      try (InputStream in = http.open(Operation.LIST_FEEDBACK, request)) {
        return new String(in.readAllBytes(), UTF_8)
            .lines()
            .map(line -> Http.JSON.readValue(line, FeedbackExample.class))
            .toList();
      } catch (IOException e) {
        throw RetortException.unanswered(Operation.LIST_FEEDBACK.id(), e);
      }
    }
  }

  /** Credentials; all but {@link #me()} for administrators. */
  public static final class Keys {
    private final Http http;

    private Keys(Http http) {
      this.http = http;
    }

    /** The only response that has the secret. */
    public Key create(NewKey key) {
      return http.call(Operation.CREATE_KEY, Operation.CREATE_KEY.path, key, Key.class);
    }

    public Stream<Key> list() {
      return http.list(Operation.LIST_KEYS, part -> Operation.LIST_KEYS.path + part, Key.class);
    }

    public Key suspend(String id, boolean suspended) {
      return http.call(
          Operation.UPDATE_KEY,
          Operation.UPDATE_KEY.of(id),
          Map.of("suspended", suspended),
          Key.class);
    }

    public void revoke(String id) {
      http.run(Operation.REVOKE_KEY, Operation.REVOKE_KEY.of(id));
    }

    /** What this client's own credential may do. */
    public Me me() {
      return http.call(Operation.GET_ME, Operation.GET_ME.path, Me.class);
    }

    /** An address that logs a person in, once. */
    public LoginAddress createLogin(NewLogin login) {
      return http.call(
          Operation.CREATE_LOGIN, Operation.CREATE_LOGIN.path, login, LoginAddress.class);
    }
  }
}
