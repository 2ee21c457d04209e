package io.retort.data.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows of the ledger in the words of their readers. */
final class Rows {
  /** A document {@code d} with its shown version {@code v} and its last version {@code l}. */
  static final String DOCUMENT =
      """
      select d.*, v.version, v.sha256, v.bytes, v.declared_type, v.status, v.reason_code,
        v.reason_message, v.media_type, v.title as file_title, v.characters, v.chunks, v.pages,
        v.warnings, l.status as last_status
      from document d
        join document_version v on v.document_id = d.id and v.version = d.shown_version
        join document_version l on l.document_id = d.id and l.version = d.last_version
      where d.deleted_seq is null
      """;

  /** The warning of a document whose new version failed while the old one stays. */
  static final String REPLACEMENT_FAILED = "replacement_failed";

  private Rows() {}

  static Optional<CollectionRow> collection(JdbcClient jdbc, String id) {
    return jdbc.sql("select * from collection where id = :id")
        .param("id", id)
        .query((row, n) -> collection(row))
        .optional();
  }

  static CollectionRow collection(ResultSet row) throws SQLException {
    return new CollectionRow(
        row.getString("id"),
        row.getString("title"),
        row.getString("description"),
        Json.fields(row.getString("fields")),
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }

  static DocumentRow document(ResultSet row) throws SQLException {
    DocumentStatus status = DocumentStatus.valueOf(row.getString("status"));
    Integer live = row.getObject("live_version", Integer.class);
    DocumentStatus last = DocumentStatus.valueOf(row.getString("last_status"));
    String path = row.getString("path");
    List<String> warnings = new ArrayList<>(warnings(row.getString("warnings")));
    if (live != null && live != row.getInt("last_version") && last.isFinal()) {
      warnings.add(REPLACEMENT_FAILED);
    }
    String mediaType = row.getString("media_type");
    String declared = row.getString("declared_type");
    return new DocumentRow(
        row.getString("id"),
        row.getString("collection"),
        path,
        shownTitle(row.getString("title"), row.getString("file_title"), path),
        mediaType != null ? mediaType : declared != null ? declared : "application/octet-stream",
        row.getLong("bytes"),
        row.getString("sha256"),
        status,
        reason(row, "reason_code", "reason_message"),
        live != null,
        row.getInt("version"),
        row.getObject("pending_version", Integer.class),
        row.getObject("characters", Integer.class),
        row.getObject("chunks", Integer.class),
        row.getObject("pages", Integer.class),
        Json.strings(row.getString("tags")),
        Json.metadata(row.getString("metadata")),
        warnings,
        instant(row, "added_at"),
        instant(row, "updated_at"));
  }

  /** The uploader's word, else the file's own, else its name without the ending. */
  static String shownTitle(@Nullable String given, @Nullable String fromFile, String path) {
    if (given != null && !given.isBlank()) {
      return given;
    }
    if (fromFile != null && !fromFile.isBlank()) {
      return fromFile;
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  static List<String> warnings(@Nullable String json) {
    return json == null ? List.of() : Json.strings(json);
  }

  static @Nullable Reason reason(ResultSet row, String code, String message) throws SQLException {
    String word = row.getString(code);
    return word == null ? null : new Reason(word, row.getString(message));
  }

  static JobRow job(ResultSet row, Clock clock) throws SQLException {
    JobState state = JobState.valueOf(row.getString("state"));
    Double progress = row.getObject("progress", Double.class);
    Instant started = optionalInstant(row, "started_at");
    return new JobRow(
        row.getString("id"),
        JobKind.valueOf(row.getString("kind")),
        row.getString("collection"),
        state,
        row.getObject("total", Integer.class) == null ? null : progress,
        row.getObject("total", Integer.class),
        row.getInt("completed"),
        row.getInt("failed"),
        row.getInt("unchanged"),
        row.getLong("chunks_written"),
        state == JobState.RUNNING ? etaSeconds(worked(row, started, clock), progress) : null,
        instant(row, "created_at"),
        started,
        optionalInstant(row, "finished_at"),
        reason(row, "error_code", "error_message"));
  }

  /** What the work itself took so far, where that is known, else the time since it began. */
  private static @Nullable Duration worked(ResultSet row, @Nullable Instant started, Clock clock)
      throws SQLException {
    Long millis = row.getObject("worked_ms", Long.class);
    if (millis != null) {
      return Duration.ofMillis(millis);
    }
    return started == null ? null : Duration.between(started, clock.instant());
  }

  /** As long again as it took so far, in proportion to what is left. */
  private static @Nullable Long etaSeconds(@Nullable Duration worked, @Nullable Double progress) {
    if (worked == null || progress == null || progress <= 0) {
      return null;
    }
    double elapsed = Math.max(0, worked.toMillis() / 1000.0);
    return Math.round(Math.ceil(elapsed * (1 - progress) / progress));
  }

  static ItemRow item(ResultSet row) throws SQLException {
    DocumentStatus status = DocumentStatus.valueOf(row.getString("status"));
    String outcome = row.getString("outcome");
    return new ItemRow(
        row.getInt("number"),
        row.getString("path"),
        row.getString("document_id"),
        status,
        outcome == null ? null : ItemOutcome.valueOf(outcome),
        status.isFinal() || outcome != null ? ItemPhase.DONE : ItemPhase.STORED,
        0,
        null,
        row.getInt("attempts"),
        reason(row, "reason_code", "reason_message"));
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static @Nullable Instant optionalInstant(ResultSet row, String column)
      throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
