package io.retort.data.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Answers for whoever asked. What is kept of the sources are offsets, never text, so that a deleted
 * document leaves nothing behind here. Safe for use by many threads.
 */
public final class AnswerStore {
  private final JdbcClient jdbc;
  private final Clock clock;

  public AnswerStore(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /**
   * A document that an answer names.
   *
   * @param cited true if it is cited, false if it was a neighbour only
   */
  public record Source(String documentId, int version, boolean cited) {}

  /** Keeps the answer's JSON for {@code principal}; sources are distinct in their document. */
  public void keep(
      String id, String principal, Instant createdAt, String body, List<Source> sources) {
    jdbc.sql("insert into answer (id, principal, created_at, body) values (?, ?, ?, ?)")
        .params(id, principal, createdAt.atOffset(ZoneOffset.UTC), body)
        .update();
    for (Source source : sources) {
      jdbc.sql(
              "insert into answer_source (answer_id, document_id, version, cited)"
                  + " values (?, ?, ?, ?)")
          .params(id, source.documentId(), source.version(), source.cited())
          .update();
    }
  }

  /** The answer's JSON, if {@code principal} asked for it. */
  public Optional<String> find(String id, String principal) {
    return jdbc.sql("select body from answer where id = ? and principal = ?")
        .params(id, principal)
        .query(String.class)
        .optional();
  }

  /** Removes the answers that cite the document. */
  public int purgeCiting(String documentId) {
    return jdbc.sql(
            "delete from answer where id in"
                + " (select answer_id from answer_source where document_id = ? and cited)")
        .param(documentId)
        .update();
  }

  public int removeOlderThan(Duration retention) {
    return jdbc.sql("delete from answer where created_at < ?")
        .param(clock.instant().minus(retention).atOffset(ZoneOffset.UTC))
        .update();
  }
}
