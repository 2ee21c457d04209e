package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Answers for whoever asked. What is kept of the sources are offsets, never text, so that a deleted
 * document leaves nothing behind here. Safe for use by many threads.
 */
public final class AnswerStore {
  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;
  private final Clock clock;

  public AnswerStore(DataSource dataSource, Clock clock) {
    this.jdbc = JdbcClient.create(dataSource);
    this.transactions = new TransactionTemplate(new JdbcTransactionManager(dataSource));
    this.clock = clock;
  }

  /**
   * A document that an answer names.
   *
   * @param cited true if it is cited, by the answer or by an earlier turn that went before its
   *     question; false if it was a neighbour only
   */
  public record Source(String documentId, int version, boolean cited) {}

  /**
   * An answer as it is kept.
   *
   * @param principal who asked
   * @param conversationId null if the answer is no turn of one
   * @param collections that the question was for
   * @param body the answer as JSON
   * @param sources distinct in their document
   */
  public record Kept(
      String id,
      String principal,
      Instant createdAt,
      @Nullable String conversationId,
      String question,
      Set<String> collections,
      String body,
      List<Source> sources) {
    public Kept {
      requireNonNull(id, "id");
      requireNonNull(principal, "principal");
      requireNonNull(createdAt, "createdAt");
      requireNonNull(question, "question");
      requireNonNull(body, "body");
      collections = Set.copyOf(collections);
      sources = List.copyOf(sources);
    }
  }

  /** Keeps an answer; false if its conversation was deleted while it was made. */
  public boolean keep(Kept answer) {
    return transactions.execute(status -> keepInTransaction(answer));
  }

  private boolean keepInTransaction(Kept answer) {
    if (answer.conversationId() != null) {
      // The row is locked by the update, so a deletion waits and takes the new turn along.
      int conversations =
          jdbc.sql(
                  "update conversation set updated_at = greatest(updated_at, ?)"
                      + " where id = ? and principal = ?")
              .params(
                  clock.instant().truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC),
                  answer.conversationId(),
                  answer.principal())
              .update();
      if (conversations == 0) {
        return false;
      }
    }
    jdbc.sql(
            "insert into answer (id, principal, created_at, body, question, collections,"
                + " conversation_id) values (?, ?, ?, ?, ?, ?, ?)")
        .params(
            answer.id(),
            answer.principal(),
            answer.createdAt().atOffset(ZoneOffset.UTC),
            answer.body(),
            answer.question(),
            String.join(" ", new TreeSet<>(answer.collections())))
        .param(answer.conversationId())
        .update();
    for (Source source : answer.sources()) {
      jdbc.sql(
              "insert into answer_source (answer_id, document_id, version, cited)"
                  + " values (?, ?, ?, ?)")
          .params(answer.id(), source.documentId(), source.version(), source.cited())
          .update();
    }
    return true;
  }

  /** The answer's JSON, if {@code principal} asked for it. */
  public Optional<String> find(String id, String principal) {
    return jdbc.sql("select body from answer where id = ? and principal = ?")
        .params(id, principal)
        .query(String.class)
        .optional();
  }

  /** The documents that the answer cites, or that earlier turns before its question did. */
  public List<Source> cited(String id) {
    return jdbc.sql(
            "select document_id, version from answer_source where answer_id = ? and cited"
                + " order by document_id")
        .param(id)
        .query((row, n) -> new Source(row.getString(1), row.getInt(2), true))
        .list();
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
