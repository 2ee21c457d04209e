package io.retort.data.store;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Jobs and their files as other transactions change them; every method runs inside one. */
final class JobItems {
  private final JdbcClient jdbc;
  private final IngestTally tally;

  JobItems(JdbcClient jdbc, IngestTally tally) {
    this.jdbc = jdbc;
    this.tally = tally;
  }

  void createJob(
      String id,
      long number,
      JobKind kind,
      @Nullable String collection,
      int total,
      OffsetDateTime now) {
    jdbc.sql(
            """
            insert into job (id, number, kind, collection, state, progress, total, completed, failed,
              unchanged, chunks_written, cancelled, changes, created_at)
            values (:id, :number, :kind, :collection, 'QUEUED', 0, :total, 0, 0, 0, 0, false, 1, :now)
            """)
        .param("id", id)
        .param("number", number)
        .param("kind", kind.name())
        .param("collection", collection)
        .param("total", total)
        .param("now", now)
        .update();
  }

  /** A file that waits for the operation {@code seq}. */
  void waiting(
      String job, int number, String path, String documentId, long seq, ItemOutcome planned) {
    insert(job, number, path, documentId, seq, planned);
  }

  /** A file that is final at once. */
  void finished(
      String job,
      int number,
      String path,
      @Nullable String documentId,
      DocumentStatus status,
      @Nullable Reason reason,
      @Nullable ItemOutcome outcome,
      OffsetDateTime now) {
    insert(job, number, path, documentId, null, outcome);
    finish(job, number, status, reason, outcome, 0, 0);
    endJob(job, now);
  }

  private void insert(
      String job,
      int number,
      String path,
      @Nullable String documentId,
      @Nullable Long seq,
      @Nullable ItemOutcome planned) {
    jdbc.sql(
            """
            insert into job_item (job_id, number, path, document_id, seq, status, planned, attempts,
              changed)
            values (:job, :number, :path, :document, :seq, 'ACCEPTED', :planned, 0, 0)
            """)
        .param("job", job)
        .param("number", number)
        .param("path", path)
        .param("document", documentId)
        .param("seq", seq)
        .param("planned", planned == null ? null : planned.name())
        .update();
  }

  /** An operation has an end: so have the files that waited for it, and perhaps their jobs. */
  void finishWaiting(
      long seq,
      DocumentStatus status,
      @Nullable Reason reason,
      boolean dropped,
      int attempts,
      int chunksWritten,
      OffsetDateTime now) {
    record Waiting(String job, int number, ItemOutcome planned) {}
    List<Waiting> items =
        jdbc.sql(
                """
                select job_id, number, planned from job_item
                where seq = :seq and status = 'ACCEPTED' order by job_id, number
                """)
            .param("seq", seq)
            .query(
                (row, n) ->
                    new Waiting(
                        row.getString(1), row.getInt(2), ItemOutcome.valueOf(row.getString(3))))
            .list();
    for (Waiting item : items) {
      int written = item.planned() == ItemOutcome.UNCHANGED ? 0 : chunksWritten;
      finish(
          item.job(),
          item.number(),
          status,
          reason,
          dropped ? null : item.planned(),
          attempts,
          written);
      endJob(item.job(), now);
    }
  }

  private void finish(
      String job,
      int number,
      DocumentStatus status,
      @Nullable Reason reason,
      @Nullable ItemOutcome outcome,
      int attempts,
      int chunksWritten) {
    boolean unchanged = outcome == ItemOutcome.UNCHANGED && status != DocumentStatus.FAILED;
    boolean completed = !unchanged && status.isCompleted();
    jdbc.sql(
            """
            update job set changes = changes + 1, completed = completed + :completed,
              failed = failed + :failed, unchanged = unchanged + :unchanged,
              chunks_written = chunks_written + :chunks
            where id = :job
            """)
        .param("completed", completed ? 1 : 0)
        .param("failed", completed || unchanged ? 0 : 1)
        .param("unchanged", unchanged ? 1 : 0)
        .param("chunks", chunksWritten)
        .param("job", job)
        .update();
    jdbc.sql(
            """
            update job_item set status = :status, outcome = :outcome, reason_code = :code,
              reason_message = :message, attempts = :attempts,
              changed = (select changes from job where id = :job)
            where job_id = :job and number = :number
            """)
        .param("status", status.name())
        .param("outcome", outcome == null ? null : outcome.name())
        .param("code", reason == null ? null : reason.code())
        .param("message", reason == null ? null : reason.message())
        .param("attempts", attempts)
        .param("job", job)
        .param("number", number)
        .update();
    if (!unchanged && ingestionCreatedAt(job).isPresent()) {
      afterCommit(() -> tally.documentEnded(status));
    }
  }

  /** When the job was created, if it takes in files. */
  private Optional<OffsetDateTime> ingestionCreatedAt(String job) {
    return jdbc.sql("select created_at from job where id = :job and kind = 'INGEST'")
        .param("job", job)
        .query(OffsetDateTime.class)
        .optional();
  }

  /** What is rolled back has not happened, and is not counted. */
  private static void afterCommit(Runnable counted) {
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            counted.run();
          }
        });
  }

  /** Ends the job if all its files are final. */
  void endJob(String job, OffsetDateTime now) {
    int ended =
        jdbc.sql(
                """
            update job set changes = changes + 1, progress = 1, finished_at = :now,
              started_at = coalesce(started_at, :now),
              state = case
                when cancelled then 'CANCELLED'
                when failed = 0 then 'SUCCEEDED'
                when completed + unchanged = 0 then 'FAILED'
                else 'PARTIALLY_SUCCEEDED' end
            where id = :job and finished_at is null and completed + failed + unchanged = total
            """)
            .param("now", now)
            .param("job", job)
            .update();
    if (ended > 0) {
      ingestionCreatedAt(job)
          .map(created -> Duration.between(created, now))
          .ifPresent(taken -> afterCommit(() -> tally.jobEnded(taken)));
    }
  }

  /** How far a job is whose work is done elsewhere; false if it has ended. */
  boolean advance(String job, int total, int completed, int failed, Duration worked) {
    return jdbc.sql(
                """
                update job set changes = changes + 1, total = :total, completed = :completed,
                  failed = :failed, worked_ms = :worked,
                  progress = greatest(coalesce(progress, 0), least(0.999, :progress))
                where id = :job and finished_at is null
                """)
            .param("total", total)
            .param("completed", completed)
            .param("failed", failed)
            .param("worked", worked.toMillis())
            .param("progress", total == 0 ? 0.0 : (double) (completed + failed) / total)
            .param("job", job)
            .update()
        == 1;
  }

  /** Ends a job whose work is done elsewhere; false if it had ended. */
  boolean finish(String job, JobState state, @Nullable Reason error, OffsetDateTime now) {
    if (!state.isFinal()) {
      throw new IllegalArgumentException("a job does not end as " + state);
    }
    return jdbc.sql(
                """
                update job set changes = changes + 1, state = :state, progress = 1,
                  finished_at = :now, error_code = :code, error_message = :message
                where id = :job and finished_at is null
                """)
            .param("state", state.name())
            .param("now", now)
            .param("code", error == null ? null : error.code())
            .param("message", error == null ? null : error.message())
            .param("job", job)
            .update()
        == 1;
  }

  void start(String job, OffsetDateTime now) {
    jdbc.sql(
            """
            update job set changes = changes + 1, state = 'RUNNING',
              started_at = coalesce(started_at, :now)
            where id = :job and state = 'QUEUED'
            """)
        .param("now", now)
        .param("job", job)
        .update();
  }

  /** A job whose work is done elsewhere, and is not for a while. */
  void stop(String job) {
    jdbc.sql(
            """
            update job set changes = changes + 1, state = 'QUEUED'
            where id = :job and state = 'RUNNING'
            """)
        .param("job", job)
        .update();
  }
}
