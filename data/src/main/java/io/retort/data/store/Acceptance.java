package io.retort.data.store;

import io.retort.data.ObjectId;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * One upload inside its transaction: compares each file with what its path holds, and decides
 * between a new document, a new version, changed metadata, and nothing to do.
 */
final class Acceptance {
  private final JdbcClient jdbc;
  private final JobItems items;
  private final Operations operations;
  private final LedgerTransactions.Head head;
  private final String collection;
  private final String job;
  private final OffsetDateTime now;

  Acceptance(
      JdbcClient jdbc,
      JobItems items,
      Operations operations,
      LedgerTransactions.Head head,
      String collection,
      String job,
      OffsetDateTime now) {
    this.jdbc = jdbc;
    this.items = items;
    this.operations = operations;
    this.head = head;
    this.collection = collection;
    this.job = job;
    this.now = now;
  }

  void take(int number, NewItem file) {
    switch (file) {
      case NewItem.Refused refused ->
          items.finished(
              job, number, refused.path(), null, refused.status(), refused.reason(), null, now);
      case NewItem.Stored stored ->
          present(stored.path())
              .ifPresentOrElse(
                  document -> compare(number, stored, document), () -> add(number, stored));
    }
  }

  /** A document at the path of a file, with its last version. */
  private record Present(
      String id,
      @Nullable String title,
      String tags,
      String metadata,
      int version,
      @Nullable Integer live,
      String sha256,
      DocumentStatus status,
      @Nullable Reason reason) {
    boolean isLive() {
      return live != null && live == version;
    }
  }

  private Optional<Present> present(String path) {
    return jdbc.sql(
            """
            select d.id, d.title, d.tags, d.metadata, d.last_version, d.live_version, v.sha256,
              v.status, v.reason_code, v.reason_message
            from document d join document_version v
              on v.document_id = d.id and v.version = d.last_version
            where d.collection = :collection and d.live_path = :path
            """)
        .param("collection", collection)
        .param("path", path)
        .query(
            (row, n) ->
                new Present(
                    row.getString("id"),
                    row.getString("title"),
                    row.getString("tags"),
                    row.getString("metadata"),
                    row.getInt("last_version"),
                    row.getObject("live_version", Integer.class),
                    row.getString("sha256"),
                    DocumentStatus.valueOf(row.getString("status")),
                    Rows.reason(row, "reason_code", "reason_message")))
        .optional();
  }

  private void add(int number, NewItem.Stored file) {
    ItemOutcome planned = hasContent(file.sha256()) ? ItemOutcome.DUPLICATE : ItemOutcome.ADDED;
    String id = ObjectId.create("doc");
    jdbc.sql(
            """
            insert into document (id, collection, path, live_path, title, tags, metadata,
              pending_version, last_version, shown_version, added_at, updated_at)
            values (:id, :collection, :path, :path, :title, :tags, :metadata, 1, 1, 1, :now, :now)
            """)
        .param("id", id)
        .param("collection", collection)
        .param("path", file.path())
        .param("title", file.title())
        .param("tags", Json.strings(file.tags()))
        .param("metadata", Json.metadata(file.metadata()))
        .param("now", now)
        .update();
    putVersion(id, 1, file.sha256(), file.bytes(), file.declaredType());
    put(number, id, file.path(), 1, file.sha256(), planned);
  }

  /** Whether a living document of the collection has this content. */
  private boolean hasContent(String sha256) {
    return jdbc.sql(
                """
                select count(*) from document_version v join document d on d.id = v.document_id
                where v.collection = :collection and v.sha256 = :sha256 and d.deleted_seq is null
                """)
            .param("collection", collection)
            .param("sha256", sha256)
            .query(Long.class)
            .single()
        > 0;
  }

  private void compare(int number, NewItem.Stored file, Present document) {
    boolean described =
        java.util.Objects.equals(file.title(), document.title())
            && Json.strings(file.tags()).equals(document.tags())
            && Json.metadata(file.metadata()).equals(document.metadata());
    if (!described) {
      describe(document.id(), file);
    }
    if (!file.sha256().equals(document.sha256())) {
      for (Operations.Open idle : operations.idleOf(document.id())) {
        if (idle.kind() == OperationKind.PUT) {
          operations.drop(idle, Operations.SUPERSEDED, now);
        }
      }
      newVersion(
          number,
          document.id(),
          file.path(),
          document.version() + 1,
          file.sha256(),
          file.bytes(),
          file.declaredType());
      return;
    }
    switch (document.status()) {
      case FAILED -> again(number, document.id(), file.path(), document.version(), file.sha256());
      case ACCEPTED -> {
        long pending = pendingSeq(document.id(), document.version());
        if (described) {
          items.waiting(job, number, file.path(), document.id(), pending, ItemOutcome.UNCHANGED);
        } else {
          update(number, document.id(), file.path(), document.version());
        }
      }
      default -> {
        if (!described && document.isLive()) {
          update(number, document.id(), file.path(), document.version());
        } else {
          items.finished(
              job,
              number,
              file.path(),
              document.id(),
              document.status(),
              document.reason(),
              described ? ItemOutcome.UNCHANGED : ItemOutcome.UPDATED,
              now);
        }
      }
    }
  }

  private void describe(String document, NewItem.Stored file) {
    jdbc.sql(
            """
            update document set title = :title, tags = :tags, metadata = :metadata,
              updated_at = :now
            where id = :id
            """)
        .param("title", file.title())
        .param("tags", Json.strings(file.tags()))
        .param("metadata", Json.metadata(file.metadata()))
        .param("now", now)
        .param("id", document)
        .update();
  }

  private long pendingSeq(String document, int version) {
    return jdbc.sql(
            """
            select seq from operation
            where document_id = :document and version = :version and kind = 'PUT'
            """)
        .param("document", document)
        .param("version", version)
        .query(Long.class)
        .single();
  }

  private void update(int number, String document, String path, int version) {
    long seq = head.nextSeq();
    operations.open(seq, OperationKind.UPDATE, collection, document, version, null, job);
    items.waiting(job, number, path, document, seq, ItemOutcome.UPDATED);
  }

  /** Other content, or the same content to be read anew, for a document that goes on living. */
  void newVersion(
      int number,
      String document,
      String path,
      int version,
      String sha256,
      long bytes,
      @Nullable String declaredType) {
    jdbc.sql(
            """
            update document set pending_version = :version, last_version = :version,
              shown_version = coalesce(live_version, :version), updated_at = :now
            where id = :document
            """)
        .param("version", version)
        .param("now", now)
        .param("document", document)
        .update();
    putVersion(document, version, sha256, bytes, declaredType);
    put(number, document, path, version, sha256, ItemOutcome.REPLACED);
  }

  /** The same version of a document once more; it never became live. */
  void again(int number, String document, String path, int version, String sha256) {
    jdbc.sql(
            """
            update document_version set status = 'ACCEPTED', reason_code = null,
              reason_message = null, text_sha256 = null, places_sha256 = null, embeddings = null,
              structure = null, result = null, result_code = null, result_message = null
            where document_id = :document and version = :version
            """)
        .param("document", document)
        .param("version", version)
        .update();
    jdbc.sql(
            """
            update document set pending_version = :version, updated_at = :now
            where id = :document
            """)
        .param("version", version)
        .param("now", now)
        .param("document", document)
        .update();
    ItemOutcome planned = version == 1 ? ItemOutcome.ADDED : ItemOutcome.REPLACED;
    put(number, document, path, version, sha256, planned);
  }

  private void putVersion(
      String document, int version, String sha256, long bytes, @Nullable String declaredType) {
    jdbc.sql(
            """
            insert into document_version (document_id, version, collection, seq, sha256, bytes,
              declared_type, status)
            values (:document, :version, :collection, 0, :sha256, :bytes, :type, 'ACCEPTED')
            """)
        .param("document", document)
        .param("version", version)
        .param("collection", collection)
        .param("sha256", sha256)
        .param("bytes", bytes)
        .param("type", declaredType)
        .update();
  }

  private void put(
      int number, String document, String path, int version, String sha256, ItemOutcome planned) {
    long seq = head.nextSeq();
    operations.open(seq, OperationKind.PUT, collection, document, version, sha256, job);
    items.waiting(job, number, path, document, seq, planned);
  }
}
