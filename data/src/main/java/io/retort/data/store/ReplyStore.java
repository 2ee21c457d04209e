package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * First responses to requests with an idempotency key, for repeats of them. Uploads have their own
 * in the ledger, where key and job become durable together. Safe for use by many threads.
 */
public final class ReplyStore {
  private final JdbcClient jdbc;
  private final Clock clock;

  public ReplyStore(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** What makes two requests one: who asked, where, and the key that they chose. */
  public record Request(String principal, String route, String key) {
    public Request {
      requireNonNull(principal, "principal");
      requireNonNull(route, "route");
      requireNonNull(key, "key");
    }
  }

  /**
   * A response.
   *
   * @param requestSha256 of the request's body
   * @param location the header of that name
   */
  public record Reply(
      String requestSha256,
      int status,
      @Nullable String mediaType,
      @Nullable String location,
      String body) {
    public Reply {
      requireNonNull(requestSha256, "requestSha256");
      requireNonNull(body, "body");
    }
  }

  public Optional<Reply> find(Request request) {
    return jdbc.sql(
            "select * from idempotent_reply"
                + " where principal = ? and route = ? and idempotency_key = ?")
        .params(request.principal(), request.route(), request.key())
        .query(
            (row, n) ->
                new Reply(
                    row.getString("request_sha256"),
                    row.getInt("status"),
                    row.getString("media_type"),
                    row.getString("location"),
                    row.getString("body")))
        .optional();
  }

  public void keep(Request request, Reply reply) {
    jdbc.sql(
            "insert into idempotent_reply (principal, route, idempotency_key, request_sha256,"
                + " status, media_type, location, body, created_at)"
                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .param(request.principal())
        .param(request.route())
        .param(request.key())
        .param(reply.requestSha256())
        .param(reply.status())
        .param(reply.mediaType())
        .param(reply.location())
        .param(reply.body())
        .param(clock.instant().atOffset(ZoneOffset.UTC))
        .update();
  }

  /** After a deletion: a kept response may show what is to be seen no more. */
  public void removeAll() {
    jdbc.sql("delete from idempotent_reply").update();
  }

  public void removeOlderThan(Duration age) {
    jdbc.sql("delete from idempotent_reply where created_at < ?")
        .param(clock.instant().minus(age).atOffset(ZoneOffset.UTC))
        .update();
  }
}
