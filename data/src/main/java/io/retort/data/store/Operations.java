package io.retort.data.store;

import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Open operations as several transactions change them; every method runs inside one. */
final class Operations {
  static final Reason SUPERSEDED =
      new Reason(
          "superseded", "a later upload of the same path came before this one was searchable");
  static final Reason DELETED =
      new Reason("deleted", "the document was deleted before this was searchable");
  static final Reason CANCELLED = new Reason("cancelled", "its job was cancelled");

  private final JdbcClient jdbc;
  private final JobItems items;

  Operations(JdbcClient jdbc, JobItems items) {
    this.jdbc = jdbc;
    this.items = items;
  }

  /** An operation without the lease that somebody may hold on it. */
  record Open(long seq, OperationKind kind, String documentId, int version, int attempts) {}

  void open(
      long seq,
      OperationKind kind,
      String collection,
      String documentId,
      int version,
      @Nullable String sha256,
      @Nullable String job) {
    jdbc.sql(
            """
            insert into operation (seq, kind, collection, document_id, version, sha256, job_id,
              attempts, beat)
            values (:seq, :kind, :collection, :document, :version, :sha256, :job, 0, 0)
            """)
        .param("seq", seq)
        .param("kind", kind.name())
        .param("collection", collection)
        .param("document", documentId)
        .param("version", version)
        .param("sha256", sha256)
        .param("job", job)
        .update();
  }

  /** Those of a document that nobody works on, but for its deletion. */
  List<Open> idleOf(String documentId) {
    return jdbc.sql(
            """
            select seq, kind, document_id, version, attempts from operation
            where document_id = :document and lease is null and kind <> 'DELETE' order by seq
            """)
        .param("document", documentId)
        .query((row, n) -> row(row))
        .list();
  }

  static Open row(java.sql.ResultSet row) throws java.sql.SQLException {
    return new Open(
        row.getLong("seq"),
        OperationKind.valueOf(row.getString("kind")),
        row.getString("document_id"),
        row.getInt("version"),
        row.getInt("attempts"));
  }

  /**
   * Ends an operation that has not reached the index and never will. A version that it was to bring
   * is FAILED for {@code reason}; what is live stays live.
   */
  void drop(Open operation, Reason reason, OffsetDateTime now) {
    jdbc.sql("delete from operation where seq = :seq").param("seq", operation.seq()).update();
    if (operation.kind() == OperationKind.PUT) {
      jdbc.sql(
              """
              update document_version set status = 'FAILED', reason_code = :code,
                reason_message = :message
              where document_id = :document and version = :version and status = 'ACCEPTED'
              """)
          .param("code", reason.code())
          .param("message", reason.message())
          .param("document", operation.documentId())
          .param("version", operation.version())
          .update();
      jdbc.sql(
              """
              update document set pending_version = null, updated_at = :now
              where id = :document and pending_version = :version
              """)
          .param("now", now)
          .param("document", operation.documentId())
          .param("version", operation.version())
          .update();
    }
    items.finishWaiting(
        operation.seq(), DocumentStatus.FAILED, reason, true, operation.attempts(), 0, now);
  }
}
