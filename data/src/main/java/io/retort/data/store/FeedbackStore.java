package io.retort.data.store;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.retort.data.ObjectId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What askers say about their answers, one feedback for each; it goes with its answer. Safe for use
 * by many threads.
 */
public final class FeedbackStore {
  private static final String COLUMNS =
      "id, answer_id, rating, reasons, comment, expected_answer, created_at, updated_at";

  private final JdbcClient jdbc;
  private final Clock clock;

  public FeedbackStore(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** Whether an answer was of use. */
  public enum Rating {
    UP,
    DOWN
  }

  /** What there is to say about an answer. */
  public enum Reason {
    WRONG,
    INCOMPLETE,
    WRONG_SOURCE,
    SHOULD_ANSWER,
    SHOULD_ABSTAIN,
    OTHER
  }

  /** What an asker says. */
  public record Opinion(Rating rating, Set<Reason> reasons, String comment, String expectedAnswer) {
    public Opinion {
      requireNonNull(rating, "rating");
      requireNonNull(comment, "comment");
      requireNonNull(expectedAnswer, "expectedAnswer");
      reasons = Set.copyOf(reasons);
    }
  }

  /** An opinion that is kept. */
  public record Feedback(
      String id, String answerId, Opinion opinion, Instant createdAt, Instant updatedAt) {
    public Feedback {
      requireNonNull(id, "id");
      requireNonNull(answerId, "answerId");
      requireNonNull(opinion, "opinion");
      requireNonNull(createdAt, "createdAt");
      requireNonNull(updatedAt, "updatedAt");
    }
  }

  /**
   * Feedback with what it is about.
   *
   * @param answer the answer's JSON
   */
  public record Rated(Feedback feedback, String answer) {
    public Rated {
      requireNonNull(feedback, "feedback");
      requireNonNull(answer, "answer");
    }
  }

  /** Takes the place of what the principal said before; empty if the answer is gone. */
  public Optional<Feedback> put(String answerId, String principal, Opinion opinion) {
    // Of two that come at once, the one whose insert fails finds the other's row to update.
    if (!update(answerId, principal, opinion)) {
      try {
        insert(answerId, principal, opinion);
      } catch (DataIntegrityViolationException e) {
        update(answerId, principal, opinion);
      }
    }
    return find(answerId, principal);
  }

  private boolean update(String answerId, String principal, Opinion opinion) {
    return jdbc.sql(
                """
                update feedback set rating = :rating, reasons = :reasons, comment = :comment,
                  expected_answer = :expected, updated_at = :now
                where answer_id = :answer and principal = :principal
                """)
            .param("rating", opinion.rating().name())
            .param("reasons", words(opinion.reasons()))
            .param("comment", opinion.comment())
            .param("expected", opinion.expectedAnswer())
            .param("now", now())
            .param("answer", answerId)
            .param("principal", principal)
            .update()
        == 1;
  }

  private void insert(String answerId, String principal, Opinion opinion) {
    OffsetDateTime now = now();
    jdbc.sql("insert into feedback (" + COLUMNS + ", principal) values (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .params(
            ObjectId.create("fbk"),
            answerId,
            opinion.rating().name(),
            words(opinion.reasons()),
            opinion.comment(),
            opinion.expectedAnswer(),
            now,
            now,
            principal)
        .update();
  }

  public Optional<Feedback> find(String answerId, String principal) {
    return jdbc.sql("select " + COLUMNS + " from feedback where answer_id = ? and principal = ?")
        .params(answerId, principal)
        .query((row, n) -> feedback(row))
        .optional();
  }

  /** False if there is none. */
  public boolean delete(String answerId, String principal) {
    return jdbc.sql("delete from feedback where answer_id = ? and principal = ?")
            .params(answerId, principal)
            .update()
        == 1;
  }

  /**
   * Everybody's, the newest first.
   *
   * @param rating null for all
   * @param collection that was asked, and no other with it; null for all
   */
  public Slice<Rated> list(
      @Nullable Rating rating, @Nullable String collection, SliceRequest slice) {
    Cursors.Place before = Cursors.place(slice.cursor());
    List<Rated> found =
        jdbc.sql(
                """
                select f.id, f.answer_id, f.rating, f.reasons, f.comment, f.expected_answer,
                  f.created_at, f.updated_at, a.body
                from feedback f join answer a on a.id = f.answer_id
                where (cast(:rating as varchar) is null or f.rating = :rating)
                  and (cast(:collection as varchar) is null or a.collections = :collection)
                  and (f.created_at < :at or (f.created_at = :at and f.id < :id))
                order by f.created_at desc, f.id desc fetch first :n rows only
                """)
            .param("rating", rating == null ? null : rating.name())
            .param("collection", collection)
            .param("at", before.at())
            .param("id", before.id())
            .param("n", slice.limit() + 1)
            .query((row, n) -> new Rated(feedback(row), row.getString("body")))
            .list();
    return Cursors.slice(
        found,
        slice.limit(),
        last -> Cursors.of(last.feedback().createdAt(), last.feedback().id()));
  }

  private static Feedback feedback(ResultSet row) throws SQLException {
    return new Feedback(
        row.getString("id"),
        row.getString("answer_id"),
        new Opinion(
            Rating.valueOf(row.getString("rating")),
            reasons(row.getString("reasons")),
            row.getString("comment"),
            row.getString("expected_answer")),
        Rows.instant(row, "created_at"),
        Rows.instant(row, "updated_at"));
  }

  private static String words(Set<Reason> reasons) {
    return reasons.stream().sorted().map(Reason::name).collect(joining(" "));
  }

  private static Set<Reason> reasons(String words) {
    Set<Reason> reasons = EnumSet.noneOf(Reason.class);
    for (String word : words.split(" ")) {
      if (!word.isEmpty()) {
        reasons.add(Reason.valueOf(word));
      }
    }
    return reasons;
  }

  private OffsetDateTime now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).atOffset(ZoneOffset.UTC);
  }
}
