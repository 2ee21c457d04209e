package io.retort.data.store;

import static java.util.stream.Collectors.toCollection;

import io.retort.data.ObjectId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * API keys, one-time login tokens and login sessions. Each question goes to the database, so a
 * revoked credential is dead at once. Safe for use by many threads.
 */
public final class AccessStore {
  /** How many characters of a key, {@code rt_} included, are kept in the clear for the look-up. */
  private static final int PREFIX_LENGTH = 11;

  private static final String KEY_COLUMNS =
      "id, name, prefix, secret_sha256, scopes, collections, created_by, created_at, expires_at,"
          + " suspended";

  private final JdbcClient jdbc;
  private final Clock clock;

  public AccessStore(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** A key just made, with the only copy of its secret. */
  public record NewKey(ApiKey key, Secret secret) {}

  public NewKey createKey(Grant grant, String createdBy, @Nullable Instant expiresAt) {
    Secret secret = Secret.create("rt_");
    var key =
        new ApiKey(
            ObjectId.create("key"),
            secret.reveal().substring(0, PREFIX_LENGTH),
            grant,
            createdBy,
            now(),
            expiresAt,
            false);
    jdbc.sql("insert into api_key (" + KEY_COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .params(
            key.id(),
            grant.name(),
            key.prefix(),
            secret.sha256(),
            join(grant.scopes()),
            join(grant.collections()),
            createdBy,
            timestamp(key.createdAt()))
        .param(expiresAt == null ? null : timestamp(expiresAt))
        .param(false)
        .update();
    return new NewKey(key, secret);
  }

  /** Keys that are not revoked and whose id is greater than {@code afterId}, by id. */
  public List<ApiKey> keys(String afterId, int limit) {
    return jdbc.sql(
            "select "
                + KEY_COLUMNS
                + " from api_key where revoked_at is null and id > ? order by id"
                + " fetch first ? rows only")
        .params(afterId, limit)
        .query((row, n) -> key(row))
        .list();
  }

  public Optional<ApiKey> suspendKey(String id, boolean suspended) {
    jdbc.sql("update api_key set suspended = ? where id = ? and revoked_at is null")
        .params(suspended, id)
        .update();
    return jdbc.sql("select " + KEY_COLUMNS + " from api_key where id = ? and revoked_at is null")
        .param(id)
        .query((row, n) -> key(row))
        .optional();
  }

  /** Kills a key for ever; false if there is none. */
  public boolean revokeKey(String id) {
    return jdbc.sql("update api_key set revoked_at = ? where id = ? and revoked_at is null")
            .params(timestamp(now()), id)
            .update()
        == 1;
  }

  /** Whether some usable key or session may administer. */
  public boolean hasAdmin() {
    return jdbc.sql(
                "select count(*) from api_key where revoked_at is null and not suspended"
                    + " and scopes like '%admin%' and (expires_at is null or expires_at > ?)")
            .param(timestamp(now()))
            .query(Long.class)
            .single()
        > 0;
  }

  /** The key with this secret, if it may be used now. */
  public Optional<ApiKey> usableKey(Secret secret) {
    String text = secret.reveal();
    if (text.length() <= PREFIX_LENGTH) {
      return Optional.empty();
    }
    return jdbc
        .sql("select " + KEY_COLUMNS + " from api_key where prefix = ? and revoked_at is null")
        .param(text.substring(0, PREFIX_LENGTH))
        .query(
            (row, n) ->
                secret.matches(row.getString("secret_sha256"))
                    ? Optional.of(key(row))
                    : Optional.<ApiKey>empty())
        .list()
        .stream()
        .flatMap(Optional::stream)
        .filter(key -> key.usableAt(now()))
        .findFirst();
  }

  /** A token that opens one session within {@code lifetime}. */
  public Secret createLoginToken(Grant grant, Duration lifetime) {
    Secret secret = Secret.create("");
    insert("login_token", secret, grant, lifetime);
    return secret;
  }

  /** Uses up a login token and opens a session in its place; empty if the token is not good. */
  public Optional<Secret> openSession(Secret token, Duration lifetime) {
    Optional<Grant> grant =
        jdbc.sql("select * from login_token where secret_sha256 = ? and expires_at > ?")
            .params(token.sha256(), timestamp(now()))
            .query((row, n) -> grant(row))
            .optional();
    // Of two that come at once, only the one whose delete finds the row goes on.
    int used =
        jdbc.sql("delete from login_token where secret_sha256 = ?").param(token.sha256()).update();
    if (grant.isEmpty() || used != 1) {
      return Optional.empty();
    }
    Secret session = Secret.create("");
    insert("login_session", session, grant.get(), lifetime);
    return Optional.of(session);
  }

  public Optional<Grant> session(Secret secret) {
    return jdbc.sql("select * from login_session where secret_sha256 = ? and expires_at > ?")
        .params(secret.sha256(), timestamp(now()))
        .query((row, n) -> grant(row))
        .optional();
  }

  public void closeSession(Secret secret) {
    jdbc.sql("delete from login_session where secret_sha256 = ?").param(secret.sha256()).update();
  }

  /** Removes tokens and sessions whose time is over. */
  public void removeExpired() {
    jdbc.sql("delete from login_token where expires_at <= ?").param(timestamp(now())).update();
    jdbc.sql("delete from login_session where expires_at <= ?").param(timestamp(now())).update();
  }

  private void insert(String table, Secret secret, Grant grant, Duration lifetime) {
    jdbc.sql(
            "insert into "
                + table
                + " (secret_sha256, name, scopes, collections, created_at, expires_at)"
                + " values (?, ?, ?, ?, ?, ?)")
        .params(
            secret.sha256(),
            grant.name(),
            join(grant.scopes()),
            join(grant.collections()),
            timestamp(now()),
            timestamp(now().plus(lifetime)))
        .update();
  }

  private static ApiKey key(ResultSet row) throws SQLException {
    OffsetDateTime expires = row.getObject("expires_at", OffsetDateTime.class);
    return new ApiKey(
        row.getString("id"),
        row.getString("prefix"),
        grant(row),
        row.getString("created_by"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        expires == null ? null : expires.toInstant(),
        row.getBoolean("suspended"));
  }

  private static Grant grant(ResultSet row) throws SQLException {
    return new Grant(
        row.getString("name"), split(row.getString("scopes")), split(row.getString("collections")));
  }

  private static String join(Set<String> words) {
    return String.join(" ", new TreeSet<>(words));
  }

  private static Set<String> split(String words) {
    return Arrays.stream(words.split(" "))
        .filter(word -> !word.isEmpty())
        .collect(toCollection(TreeSet::new));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static OffsetDateTime timestamp(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
