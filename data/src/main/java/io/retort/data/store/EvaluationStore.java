package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import io.retort.data.AccessScope;
import io.retort.data.ObjectId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Question sets, and evaluation runs with their rows. A run is a job of its collection and visible
 * to whoever sees that. Safe for use by many threads.
 */
public final class EvaluationStore {
  private static final String RUNS =
      """
      select j.*, e.id as evaluation_id, e.principal, e.dataset, e.sha256, e.settings, e.answering,
        e.figures
      from evaluation e join job j on j.id = e.job_id
      """;

  /** So often the process may end without one more row before the run is taken for the reason. */
  private static final int MOST_STOPS = 3;

  private static final Reason INTERRUPTED =
      new Reason(
          "interrupted",
          "the service ended %d times at the same question of the run".formatted(MOST_STOPS));

  private final LedgerTransactions ledger;
  private final JobItems items;
  private final TransactionTemplate transactions;
  private final Clock clock;
  private final JdbcClient jdbc;

  EvaluationStore(
      LedgerTransactions ledger, JobItems items, TransactionTemplate transactions, Clock clock) {
    this.ledger = ledger;
    this.items = items;
    this.transactions = transactions;
    this.clock = clock;
    this.jdbc = ledger.jdbc();
  }

  /**
   * A question set without its lines.
   *
   * @param principal who put it
   * @param unanswerable of the questions
   * @param leftOut lines that could not be read
   */
  public record QuestionSet(
      String name,
      String principal,
      String sha256,
      int bytes,
      int questions,
      int unanswerable,
      int leftOut,
      Instant createdAt,
      Instant updatedAt) {
    public QuestionSet {
      requireNonNull(name, "name");
      requireNonNull(principal, "principal");
      requireNonNull(sha256, "sha256");
      requireNonNull(createdAt, "createdAt");
      requireNonNull(updatedAt, "updatedAt");
    }
  }

  /** A set to be kept; it replaces the one of its name. */
  public record NewSet(
      String name, String principal, String sha256, int questions, int unanswerable, int leftOut) {
    public NewSet {
      requireNonNull(name, "name");
      requireNonNull(principal, "principal");
      requireNonNull(sha256, "sha256");
    }
  }

  /**
   * A run.
   *
   * @param principal who began it
   * @param settings what was asked for, as JSON
   * @param answering what answers the questions, as JSON; null before the first
   * @param figures what was measured, as JSON; null unless it came to its end
   * @param worked how long its questions took so far
   */
  public record Evaluation(
      String id,
      String principal,
      String collection,
      String dataset,
      String sha256,
      String settings,
      @Nullable String answering,
      @Nullable String figures,
      Duration worked,
      JobRow job) {
    public Evaluation {
      requireNonNull(id, "id");
      requireNonNull(principal, "principal");
      requireNonNull(collection, "collection");
      requireNonNull(dataset, "dataset");
      requireNonNull(sha256, "sha256");
      requireNonNull(settings, "settings");
      requireNonNull(worked, "worked");
      requireNonNull(job, "job");
    }
  }

  /**
   * A question of a run with what came of it.
   *
   * @param number its place, from 0
   * @param verdict a word
   * @param body as JSON
   */
  public record Row(int number, String verdict, String body) {
    public Row {
      requireNonNull(verdict, "verdict");
      requireNonNull(body, "body");
    }
  }

  /**
   * How far a run has come with a row.
   *
   * @param worked how long its questions took so far
   */
  public record Progress(int total, int completed, int failed, Duration worked) {
    public Progress {
      requireNonNull(worked, "worked");
    }
  }

  // ---- question sets

  /** Keeps a set under its name, in the place of the one that had it. */
  public QuestionSet put(NewSet set, byte[] body) {
    transactions.executeWithoutResult(
        status -> {
          keepBody(set.sha256(), body);
          if (!update(set, body.length)) {
            insert(set, body.length);
          }
        });
    removeUnused();
    return set(set.name()).orElseThrow();
  }

  private void keepBody(String sha256, byte[] body) {
    boolean known =
        jdbc.sql("select count(*) from question_set_body where sha256 = ?")
                .param(sha256)
                .query(Integer.class)
                .single()
            > 0;
    if (!known) {
      jdbc.sql("insert into question_set_body (sha256, body) values (?, ?)")
          .params(sha256, body)
          .update();
    }
  }

  private boolean update(NewSet set, int bytes) {
    return jdbc.sql(
                """
                update question_set set sha256 = :sha256, bytes = :bytes, questions = :questions,
                  unanswerable = :unanswerable, left_out = :leftOut, updated_at = :now
                where name = :name
                """)
            .param("sha256", set.sha256())
            .param("bytes", bytes)
            .param("questions", set.questions())
            .param("unanswerable", set.unanswerable())
            .param("leftOut", set.leftOut())
            .param("now", ledger.now())
            .param("name", set.name())
            .update()
        == 1;
  }

  private void insert(NewSet set, int bytes) {
    jdbc.sql(
            """
            insert into question_set (name, principal, sha256, bytes, questions, unanswerable,
              left_out, created_at, updated_at)
            values (:name, :principal, :sha256, :bytes, :questions, :unanswerable, :leftOut, :now,
              :now)
            """)
        .param("name", set.name())
        .param("principal", set.principal())
        .param("sha256", set.sha256())
        .param("bytes", bytes)
        .param("questions", set.questions())
        .param("unanswerable", set.unanswerable())
        .param("leftOut", set.leftOut())
        .param("now", ledger.now())
        .update();
  }

  public Optional<QuestionSet> set(String name) {
    return ledger.read(
        () ->
            jdbc.sql("select * from question_set where name = ?")
                .param(name)
                .query((row, n) -> set(row))
                .optional());
  }

  /**
   * By their names.
   *
   * @param principal whose sets, null for everybody's
   */
  public Slice<QuestionSet> sets(@Nullable String principal, SliceRequest slice) {
    List<QuestionSet> found =
        ledger.read(
            () ->
                jdbc.sql(
                        """
                        select * from question_set
                        where name > :after
                          and (cast(:principal as varchar) is null or principal = :principal)
                        order by name fetch first :n rows only
                        """)
                    .param("after", Cursors.text(slice.cursor(), ""))
                    .param("principal", principal)
                    .param("n", slice.limit() + 1)
                    .query((row, n) -> set(row))
                    .list());
    return Cursors.slice(found, slice.limit(), last -> Cursors.of(last.name()));
  }

  /** Runs keep the questions that they were begun with; false if there is none. */
  public boolean deleteSet(String name) {
    boolean deleted = jdbc.sql("delete from question_set where name = ?").param(name).update() == 1;
    removeUnused();
    return deleted;
  }

  /** The bytes of a set that a name or a run has. */
  public byte[] body(String sha256) {
    return ledger.read(
        () ->
            jdbc.sql("select body from question_set_body where sha256 = ?")
                .param(sha256)
                .query((row, n) -> row.getBytes(1))
                .single());
  }

  private void removeUnused() {
    try {
      jdbc.sql(
              """
              delete from question_set_body b
              where not exists (select 1 from question_set s where s.sha256 = b.sha256)
                and not exists (select 1 from evaluation e where e.sha256 = b.sha256)
              """)
          .update();
    } catch (DataIntegrityViolationException e) {
      // Somebody has just come to use one of them: it goes with the next removal.
    }
  }

  private static QuestionSet set(ResultSet row) throws SQLException {
    return new QuestionSet(
        row.getString("name"),
        row.getString("principal"),
        row.getString("sha256"),
        row.getInt("bytes"),
        row.getInt("questions"),
        row.getInt("unanswerable"),
        row.getInt("left_out"),
        Rows.instant(row, "created_at"),
        Rows.instant(row, "updated_at"));
  }

  // ---- runs

  /**
   * Puts a run at the end of the queue, on the device before it returns.
   *
   * @param total questions that it will ask
   */
  public Evaluation enqueue(
      String principal, String collection, QuestionSet set, String settings, int total) {
    return ledger.durably(
        head -> {
          String job = ObjectId.create("job");
          String id = ObjectId.create("evl");
          items.createJob(job, head.nextSeq(), JobKind.EVALUATION, collection, total, ledger.now());
          jdbc.sql(
                  """
                  insert into evaluation (id, job_id, principal, dataset, sha256, settings)
                  values (:id, :job, :principal, :dataset, :sha256, :settings)
                  """)
              .param("id", id)
              .param("job", job)
              .param("principal", principal)
              .param("dataset", set.name())
              .param("sha256", set.sha256())
              .param("settings", settings)
              .update();
          return byId(id).orElseThrow();
        });
  }

  /** How many runs wait. */
  public int queued() {
    return ledger.read(
        () ->
            jdbc.sql("select count(*) from job where kind = 'EVALUATION' and state = 'QUEUED'")
                .query(Integer.class)
                .single());
  }

  /**
   * Takes the run that has waited longest out of the queue, with the rows that it may have already.
   *
   * @param answering what would answer now; it is the run's if it has no row yet
   */
  public Optional<Evaluation> begin(String answering) {
    return ledger.write(
        head -> {
          Optional<Evaluation> next =
              jdbc.sql(RUNS + "where j.state = 'QUEUED' order by j.number fetch first 1 row only")
                  .query((row, n) -> evaluation(row))
                  .optional();
          return next.flatMap(
              evaluation -> {
                items.start(evaluation.job().id(), ledger.now());
                jdbc.sql(
                        """
                        update evaluation set answering = :answering where id = :id
                          and not exists (select 1 from evaluation_row where evaluation_id = :id)
                        """)
                    .param("answering", answering)
                    .param("id", evaluation.id())
                    .update();
                return byId(evaluation.id());
              });
        });
  }

  /** Keeps a row and says so in the job; false if the run has ended, or is gone. */
  public boolean add(Evaluation evaluation, Row row, Progress progress) {
    try {
      return ledger.write(
          head -> {
            jdbc.sql(
                    """
                    insert into evaluation_row (evaluation_id, number, verdict, body)
                    values (:evaluation, :number, :verdict, :body)
                    """)
                .param("evaluation", evaluation.id())
                .param("number", row.number())
                .param("verdict", row.verdict())
                .param("body", row.body())
                .update();
            jdbc.sql("update evaluation set stops = 0 where id = ? and stops > 0")
                .param(evaluation.id())
                .update();
            return items.advance(
                evaluation.job().id(),
                progress.total(),
                progress.completed(),
                progress.failed(),
                progress.worked());
          });
    } catch (DuplicateKeyException e) {
      throw e;
    } catch (DataIntegrityViolationException e) {
      return false;
    }
  }

  /** Ends a run that came to its end, unless it was ended; on the device before it returns. */
  public void finish(
      Evaluation evaluation, String figures, JobState state, @Nullable Reason error) {
    ledger.durablyRun(
        head -> {
          if (items.finish(evaluation.job().id(), state, error, ledger.now())) {
            jdbc.sql("update evaluation set figures = ? where id = ?")
                .params(figures, evaluation.id())
                .update();
          }
        });
  }

  /** Ends a run that fails, and with it the questions that were not asked any more. */
  public void fail(Evaluation evaluation, Reason error) {
    ledger.durablyRun(head -> fail(evaluation.job().id(), error));
  }

  private void fail(String job, Reason error) {
    jdbc.sql("update job set failed = total - completed where id = ? and finished_at is null")
        .param(job)
        .update();
    items.finish(job, JobState.FAILED, error, ledger.now());
  }

  /** Ends a run that waits or runs, without figures; false if it had ended. */
  public boolean cancel(String job) {
    return ledger.durably(head -> items.finish(job, JobState.CANCELLED, null, ledger.now()));
  }

  /** Before an orderly end: the run waits for the next start, unless it has ended. */
  public void putBack(Evaluation evaluation) {
    ledger.durablyRun(head -> items.stop(evaluation.job().id()));
  }

  /**
   * After a start: what ran when the last process ended without a word goes on before all others,
   * unless it was the last thing that several processes did; how many do.
   */
  public int takeUp() {
    record Left(String job, int stops) {}
    return ledger.durably(
        head -> {
          jdbc.sql(
                  """
                  update evaluation set stops = stops + 1
                  where job_id in (select id from job where state = 'RUNNING')
                  """)
              .update();
          List<Left> left =
              jdbc.sql(
                      """
                      select e.job_id, e.stops from evaluation e join job j on j.id = e.job_id
                      where j.state = 'RUNNING'
                      """)
                  .query((row, n) -> new Left(row.getString(1), row.getInt(2)))
                  .list();
          int goingOn = 0;
          for (Left run : left) {
            if (run.stops() < MOST_STOPS) {
              items.stop(run.job());
              goingOn++;
            } else {
              fail(run.job(), INTERRUPTED);
            }
          }
          return goingOn;
        });
  }

  public Optional<Evaluation> find(String id, AccessScope scope) {
    return ledger.read(() -> byId(id)).filter(evaluation -> scope.sees(evaluation.collection()));
  }

  private Optional<Evaluation> byId(String id) {
    return jdbc.sql(RUNS + "where e.id = :id")
        .param("id", id)
        .query((row, n) -> evaluation(row))
        .optional();
  }

  /** Newest first; a null condition does not bind. */
  public Slice<Evaluation> list(
      @Nullable String collection, SliceRequest slice, AccessScope scope) {
    record Numbered(long number, Evaluation evaluation) {}
    List<Numbered> found =
        ledger.read(
            () ->
                jdbc.sql(
                        RUNS
                            + """
                            where j.number < :before
                              and (cast(:collection as varchar) is null or j.collection = :collection)
                              and j.collection in (:scope)
                            order by j.number desc fetch first :n rows only
                            """)
                    .param("before", Cursors.number(slice.cursor(), Long.MAX_VALUE))
                    .param("collection", collection)
                    .param("scope", Cursors.inList(scope.collections()))
                    .param("n", slice.limit() + 1)
                    .query((row, n) -> new Numbered(row.getLong("number"), evaluation(row)))
                    .list());
    return Cursors.slice(found, slice.limit(), last -> Cursors.of(last.number()))
        .map(Numbered::evaluation);
  }

  /** By their place in the run; a null verdict does not bind. */
  public Slice<Row> rows(String evaluation, @Nullable String verdict, SliceRequest slice) {
    List<Row> found =
        ledger.read(
            () ->
                jdbc.sql(
                        """
                        select number, verdict, body from evaluation_row
                        where evaluation_id = :evaluation and number > :after
                          and (cast(:verdict as varchar) is null or verdict = :verdict)
                        order by number fetch first :n rows only
                        """)
                    .param("evaluation", evaluation)
                    .param("after", Cursors.number(slice.cursor(), -1))
                    .param("verdict", verdict)
                    .param("n", slice.limit() + 1)
                    .query((row, n) -> new Row(row.getInt(1), row.getString(2), row.getString(3)))
                    .list());
    return Cursors.slice(found, slice.limit(), last -> Cursors.of(last.number()));
  }

  /** All rows in their order. */
  public List<Row> rows(String evaluation) {
    List<Row> rows = new ArrayList<>();
    var part = SliceRequest.first(SliceRequest.LARGEST_LIMIT);
    while (true) {
      Slice<Row> slice = rows(evaluation, null, part);
      rows.addAll(slice.items());
      if (slice.nextCursor() == null) {
        return rows;
      }
      part = new SliceRequest(SliceRequest.LARGEST_LIMIT, slice.nextCursor());
    }
  }

  /** Removes a run that has ended with its rows; its job stays. False if there is none. */
  public boolean delete(String id) {
    boolean deleted =
        jdbc.sql(
                    """
                    delete from evaluation where id = ?
                      and job_id in (select id from job where finished_at is not null)
                    """)
                .param(id)
                .update()
            == 1;
    removeUnused();
    return deleted;
  }

  /** Removes the runs over a collection that is deleted, and ends those that have not ended. */
  public void deleteOf(String collection) {
    ledger.runWrite(
        head -> {
          List<String> jobs =
              jdbc.sql("select id from job where kind = 'EVALUATION' and collection = ?")
                  .param(collection)
                  .query((row, n) -> row.getString(1))
                  .list();
          jobs.forEach(job -> items.finish(job, JobState.CANCELLED, null, ledger.now()));
          jdbc.sql("delete from evaluation where job_id in (:jobs)")
              .param("jobs", Cursors.inList(jobs))
              .update();
        });
    removeUnused();
  }

  private Evaluation evaluation(ResultSet row) throws SQLException {
    return new Evaluation(
        row.getString("evaluation_id"),
        row.getString("principal"),
        requireNonNull(row.getString("collection")),
        row.getString("dataset"),
        row.getString("sha256"),
        row.getString("settings"),
        row.getString("answering"),
        row.getString("figures"),
        Duration.ofMillis(row.getLong("worked_ms")),
        Rows.job(row, clock));
  }
}
