package io.retort.data.store;

import io.retort.data.AccessScope;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Jobs of every kind. A job of a collection is visible to whoever sees the collection, one without
 * a collection to everybody. Safe for use by many threads.
 */
public final class JobLedger {
  private final LedgerTransactions ledger;
  private final JdbcClient jdbc;
  private final Clock clock;

  JobLedger(LedgerTransactions ledger, Clock clock) {
    this.ledger = ledger;
    this.jdbc = ledger.jdbc();
    this.clock = clock;
  }

  public Optional<JobRow> find(String id, AccessScope scope) {
    return state(id, scope).map(JobAt::job);
  }

  /** For the service's own bookkeeping, not for callers. */
  public Optional<JobRow> findUnscoped(String id) {
    return ledger.read(
        () ->
            jdbc.sql("select * from job where id = :id")
                .param("id", id)
                .query((row, n) -> Rows.job(row, clock))
                .optional());
  }

  /**
   * A job at one moment.
   *
   * @param changes how many changes watchers could have been told of by then
   */
  public record JobAt(JobRow job, long changes) {}

  public Optional<JobAt> state(String id, AccessScope scope) {
    return ledger.read(
        () ->
            jdbc.sql("select * from job where id = :id")
                .param("id", id)
                .query((row, n) -> new JobAt(Rows.job(row, clock), row.getLong("changes")))
                .optional()
                .filter(found -> visible(found.job(), scope)));
  }

  private static boolean visible(JobRow job, AccessScope scope) {
    return job.collection() == null || scope.sees(job.collection());
  }

  /** Newest first; a null condition does not bind. */
  public Slice<JobRow> list(
      @Nullable JobKind kind,
      @Nullable JobState state,
      @Nullable String collection,
      SliceRequest slice,
      AccessScope scope) {
    long before = Cursors.number(slice.cursor(), Long.MAX_VALUE);
    record Numbered(long number, JobRow job) {}
    List<Numbered> found =
        ledger.read(
            () ->
                jdbc.sql(
                        """
                        select * from job
                        where number < :before
                          and (cast(:kind as varchar) is null or kind = :kind)
                          and (cast(:state as varchar) is null or state = :state)
                          and (cast(:collection as varchar) is null or collection = :collection)
                          and (collection is null or collection in (:scope))
                        order by number desc fetch first :n rows only
                        """)
                    .param("before", before)
                    .param("kind", kind == null ? null : kind.name())
                    .param("state", state == null ? null : state.name())
                    .param("collection", collection)
                    .param("scope", Cursors.inList(scope.collections()))
                    .param("n", slice.limit() + 1)
                    .query((row, n) -> new Numbered(row.getLong("number"), Rows.job(row, clock)))
                    .list());
    return Cursors.slice(found, slice.limit(), last -> Cursors.of(last.number()))
        .map(Numbered::job);
  }

  /** By their place in the job; a null status does not bind. */
  public Slice<ItemRow> items(
      String job, @Nullable DocumentStatus status, SliceRequest slice, AccessScope scope) {
    require(job, scope);
    long after = Cursors.number(slice.cursor(), -1);
    List<ItemRow> found =
        ledger.read(
            () ->
                jdbc.sql(
                        """
                        select * from job_item
                        where job_id = :job and number > :after
                          and (cast(:status as varchar) is null or status = :status)
                        order by number fetch first :n rows only
                        """)
                    .param("job", job)
                    .param("after", after)
                    .param("status", status == null ? null : status.name())
                    .param("n", slice.limit() + 1)
                    .query((row, n) -> Rows.item(row))
                    .list());
    return Cursors.slice(found, slice.limit(), last -> Cursors.of(last.number()));
  }

  /** A file with the number of the change that made it final. */
  public record ChangedItem(long change, ItemRow item) {}

  /** Files of a job that became final after change {@code after}, in that order. */
  public List<ChangedItem> changedItems(String job, long after, int limit) {
    return ledger.read(
        () ->
            jdbc.sql(
                    """
                    select * from job_item where job_id = :job and changed > :after
                    order by changed fetch first :n rows only
                    """)
                .param("job", job)
                .param("after", after)
                .param("n", limit)
                .query((row, n) -> new ChangedItem(row.getLong("changed"), Rows.item(row)))
                .list());
  }

  /** Which operation each waiting file of a job waits for, by the file's number. */
  public List<WaitingItem> waitingItems(String job) {
    return ledger.read(
        () ->
            jdbc.sql(
                    """
                    select number, seq from job_item
                    where job_id = :job and status = 'ACCEPTED' and seq is not null
                    """)
                .param("job", job)
                .query((row, n) -> new WaitingItem(row.getInt(1), row.getLong(2)))
                .list());
  }

  /** A file that waits for an operation. */
  public record WaitingItem(int number, long seq) {}

  /** Raises a job's progress; a smaller value changes nothing. */
  public void progress(String job, double progress) {
    ledger.write(
        head ->
            jdbc.sql(
                    """
                    update job set progress = :progress
                    where id = :job and finished_at is null and progress < :progress
                    """)
                .param("progress", Math.clamp(progress, 0, 0.999))
                .param("job", job)
                .update());
  }

  private void require(String job, AccessScope scope) {
    if (find(job, scope).isEmpty()) {
      throw new RefusedException(Refusal.JOB_NOT_FOUND, "there is no job '" + job + "'");
    }
  }
}
