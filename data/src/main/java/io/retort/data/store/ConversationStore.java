package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import io.retort.data.ObjectId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Conversations, each for the one principal that began it; their turns are answers of {@link
 * AnswerStore}. Safe for use by many threads.
 */
public final class ConversationStore {
  private final JdbcClient jdbc;
  private final Clock clock;

  public ConversationStore(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /**
   * A conversation without its turns.
   *
   * @param updatedAt when it got its title or its last turn
   */
  public record Conversation(String id, String title, Instant createdAt, Instant updatedAt) {
    public Conversation {
      requireNonNull(id, "id");
      requireNonNull(title, "title");
      requireNonNull(createdAt, "createdAt");
      requireNonNull(updatedAt, "updatedAt");
    }
  }

  /**
   * A question of a conversation.
   *
   * @param collections that it was for
   */
  public record Turn(String answerId, String question, Set<String> collections, Instant createdAt) {
    public Turn {
      requireNonNull(answerId, "answerId");
      requireNonNull(question, "question");
      requireNonNull(createdAt, "createdAt");
      collections = Set.copyOf(collections);
    }
  }

  public Conversation create(String principal, String title) {
    OffsetDateTime now = now();
    String id = ObjectId.create("cnv");
    jdbc.sql(
            "insert into conversation (id, principal, title, created_at, updated_at)"
                + " values (?, ?, ?, ?, ?)")
        .params(id, principal, title, now, now)
        .update();
    return new Conversation(id, title, now.toInstant(), now.toInstant());
  }

  public Optional<Conversation> find(String id, String principal) {
    return jdbc.sql("select * from conversation where id = ? and principal = ?")
        .params(id, principal)
        .query((row, n) -> conversation(row))
        .optional();
  }

  /** The newest first, by when they began: a place that no later turn changes. */
  public Slice<Conversation> list(String principal, SliceRequest slice) {
    Cursors.Place before = Cursors.place(slice.cursor());
    List<Conversation> found =
        jdbc.sql(
                """
                select * from conversation
                where principal = :principal
                  and (created_at < :at or (created_at = :at and id < :id))
                order by created_at desc, id desc fetch first :n rows only
                """)
            .param("principal", principal)
            .param("at", before.at())
            .param("id", before.id())
            .param("n", slice.limit() + 1)
            .query((row, n) -> conversation(row))
            .list();
    return Cursors.slice(found, slice.limit(), last -> Cursors.of(last.createdAt(), last.id()));
  }

  /** Empty if the principal has no such conversation. */
  public Optional<Conversation> rename(String id, String principal, String title) {
    jdbc.sql(
            "update conversation set title = ?, updated_at = greatest(updated_at, ?)"
                + " where id = ? and principal = ?")
        .params(title, now(), id, principal)
        .update();
    return find(id, principal);
  }

  /** Removes a conversation with its answers and their feedback; false if there is none. */
  public boolean delete(String id, String principal) {
    return jdbc.sql("delete from conversation where id = ? and principal = ?")
            .params(id, principal)
            .update()
        == 1;
  }

  /** The turns of each conversation that has any, oldest first. */
  public Map<String, List<Turn>> turns(Collection<String> conversations) {
    var turns = new HashMap<String, List<Turn>>();
    jdbc.sql(
            """
            select conversation_id, id, question, collections, created_at from answer
            where conversation_id in (:conversations) order by created_at, id
            """)
        .param("conversations", Cursors.inList(conversations))
        .query(
            row -> {
              turns
                  .computeIfAbsent(row.getString("conversation_id"), id -> new ArrayList<>())
                  .add(
                      new Turn(
                          row.getString("id"),
                          row.getString("question"),
                          Set.of(row.getString("collections").split(" ")),
                          Rows.instant(row, "created_at")));
            });
    return turns;
  }

  /**
   * Removes conversations in which nothing has happened for so long; their answers are as old at
   * least.
   */
  public int removeOlderThan(Duration retention) {
    return jdbc.sql("delete from conversation where updated_at < ?")
        .param(now().minus(retention))
        .update();
  }

  private static Conversation conversation(ResultSet row) throws SQLException {
    return new Conversation(
        row.getString("id"),
        row.getString("title"),
        Rows.instant(row, "created_at"),
        Rows.instant(row, "updated_at"));
  }

  private OffsetDateTime now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }
}
