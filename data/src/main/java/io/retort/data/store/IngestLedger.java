package io.retort.data.store;

import io.retort.data.AccessScope;
import io.retort.data.ObjectId;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What callers ask of the ledger: collections, uploads, deletions, retries, cancellation. Each is
 * one transaction, and on the device when the method returns. What lies outside the scope is
 * refused as if it did not exist. Safe for use by many threads.
 */
public final class IngestLedger {
  /** Beyond it uploads are refused until workers have caught up. */
  private static final int MOST_OPEN_OPERATIONS = 10_000;

  private static final Duration KEY_LIFETIME = Duration.ofHours(24);

  private final LedgerTransactions ledger;
  private final JdbcClient jdbc;
  private final JobItems items;
  private final Operations operations;

  IngestLedger(LedgerTransactions ledger, JobItems items, Operations operations) {
    this.ledger = ledger;
    this.jdbc = ledger.jdbc();
    this.items = items;
    this.operations = operations;
  }

  public CollectionRow createCollection(
      String id, String title, String description, List<FieldDeclaration> fields) {
    return ledger.durably(
        head -> {
          if (Rows.collection(jdbc, id).isPresent()) {
            throw new RefusedException(
                Refusal.COLLECTION_EXISTS, "there is a collection '" + id + "' already");
          }
          jdbc.sql(
                  """
                  insert into collection (id, title, description, fields, created_at, updated_at)
                  values (:id, :title, :description, :fields, :now, :now)
                  """)
              .param("id", id)
              .param("title", title)
              .param("description", description)
              .param("fields", Json.fields(fields))
              .param("now", ledger.now())
              .update();
          return Rows.collection(jdbc, id).orElseThrow();
        });
  }

  /**
   * Changes what is not null and adds fields; documents that have a value for a new field are
   * written to the index again.
   */
  public CollectionRow patchCollection(
      String id,
      @Nullable String title,
      @Nullable String description,
      List<FieldDeclaration> addedFields,
      AccessScope scope) {
    return ledger.durably(
        head -> {
          CollectionRow row = collection(id, scope);
          Map<String, FieldDeclaration> fields = new LinkedHashMap<>();
          row.fields().forEach(field -> fields.put(field.name(), field));
          for (FieldDeclaration added : addedFields) {
            FieldDeclaration before = fields.putIfAbsent(added.name(), added);
            if (before != null && before.type() != added.type()) {
              throw new RefusedException(
                  Refusal.INVALID_PARAMETER,
                  "the field '%s' is declared as %s already; fields can only be added"
                      .formatted(added.name(), before.type()));
            }
          }
          jdbc.sql(
                  """
                  update collection set title = :title, description = :description,
                    fields = :fields, updated_at = :now
                  where id = :id
                  """)
              .param("title", title == null ? row.title() : title)
              .param("description", description == null ? row.description() : description)
              .param("fields", Json.fields(List.copyOf(fields.values())))
              .param("now", ledger.now())
              .param("id", id)
              .update();
          for (FieldDeclaration added : addedFields) {
            rewriteHolders(head, id, added.name());
          }
          return Rows.collection(jdbc, id).orElseThrow();
        });
  }

  private void rewriteHolders(LedgerTransactions.Head head, String collection, String field) {
    record Live(String id, int version) {}
    List<Live> holders =
        jdbc.sql(
                """
                select id, live_version from document
                where collection = :collection and deleted_seq is null and live_version is not null
                  and position(:name in metadata) > 0
                order by id
                """)
            .param("collection", collection)
            .param("name", "\"" + field + "\":")
            .query((row, n) -> new Live(row.getString(1), row.getInt(2)))
            .list();
    for (Live live : holders) {
      operations.open(
          head.nextSeq(), OperationKind.UPDATE, collection, live.id(), live.version(), null, null);
    }
  }

  /** Deletes the collection and all its documents; returns their ids. */
  public List<String> deleteCollection(String id, AccessScope scope) {
    return ledger.durably(
        head -> {
          collection(id, scope);
          List<String> deleted = tombstone(head, "d.collection = :collection", "collection", id);
          jdbc.sql("delete from collection where id = :id").param("id", id).update();
          return deleted;
        });
  }

  /** The job of an upload, or the earlier one of the same key. */
  public record Receipt(String jobId, boolean replayed) {}

  /** Takes files whose originals are kept: the moment from which they are never forgotten. */
  public Receipt accept(
      String collection, List<NewItem> files, @Nullable RequestKey key, AccessScope scope) {
    return ledger.durably(
        head -> {
          collection(collection, scope);
          Optional<String> earlier = key == null ? Optional.empty() : earlierJob(collection, key);
          if (earlier.isPresent()) {
            return new Receipt(earlier.get(), true);
          }
          refuseWhenOverloaded();
          OffsetDateTime now = ledger.now();
          String job = ObjectId.create("job");
          items.createJob(job, head.nextSeq(), JobKind.INGEST, collection, files.size(), now);
          var acceptance = new Acceptance(jdbc, items, operations, head, collection, job, now);
          for (int number = 0; number < files.size(); number++) {
            acceptance.take(number, files.get(number));
          }
          if (key != null) {
            remember(collection, key, job, now);
          }
          return new Receipt(job, false);
        });
  }

  /** The job that {@code key} stands for, so that a repeat need not be stored first. */
  private Optional<String> earlierJob(String collection, RequestKey key) {
    record Earlier(String request, String job) {}
    Optional<Earlier> earlier =
        jdbc.sql(
                """
                select request_sha256, job_id from idempotency
                where principal = :principal and collection = :collection
                  and idempotency_key = :key and created_at > :since
                """)
            .param("principal", key.principal())
            .param("collection", collection)
            .param("key", key.key())
            .param("since", ledger.now().minus(KEY_LIFETIME))
            .query((row, n) -> new Earlier(row.getString(1), row.getString(2)))
            .optional();
    if (earlier.isPresent() && !earlier.get().request().equals(key.requestSha256())) {
      throw new RefusedException(
          Refusal.IDEMPOTENCY_KEY_REUSED,
          "this idempotency key was used for another request; use a new key");
    }
    return earlier.map(Earlier::job);
  }

  private void remember(String collection, RequestKey key, String job, OffsetDateTime now) {
    jdbc.sql("delete from idempotency where created_at <= :before")
        .param("before", now.minus(KEY_LIFETIME))
        .update();
    jdbc.sql(
            """
            insert into idempotency (principal, collection, idempotency_key, request_sha256, job_id,
              created_at)
            values (:principal, :collection, :key, :request, :job, :now)
            """)
        .param("principal", key.principal())
        .param("collection", collection)
        .param("key", key.key())
        .param("request", key.requestSha256())
        .param("job", job)
        .param("now", now)
        .update();
  }

  private void refuseWhenOverloaded() {
    long open = jdbc.sql("select count(*) from operation").query(Long.class).single();
    if (open >= MOST_OPEN_OPERATIONS) {
      throw new RefusedException(
          Refusal.OVERLOADED,
          "%d files wait to be read, at most %d may; try again later"
              .formatted(open, MOST_OPEN_OPERATIONS));
    }
  }

  /** Hides a document from this moment on; false if there is none in the scope. */
  public boolean deleteDocument(String id, AccessScope scope) {
    return ledger.durably(
        head -> {
          Optional<String> collection =
              jdbc.sql("select collection from document where id = :id and deleted_seq is null")
                  .param("id", id)
                  .query((row, n) -> row.getString(1))
                  .optional();
          if (collection.isEmpty() || !scope.sees(collection.get())) {
            return false;
          }
          return !tombstone(head, "d.id = :id", "id", id).isEmpty();
        });
  }

  /** Hides the documents whose path begins with {@code prefix}; returns their ids. */
  public List<String> deleteDocuments(String collection, String prefix, AccessScope scope) {
    if (prefix.isEmpty()) {
      throw new RefusedException(
          Refusal.INVALID_PARAMETER, "the path prefix must not be empty; delete the collection");
    }
    return ledger.durably(
        head -> {
          collection(collection, scope);
          return tombstone(
              head,
              """
              d.collection = :collection and d.live_path >= :prefix
                and substring(d.live_path, 1, char_length(:prefix)) = :prefix
              """,
              "collection",
              collection,
              "prefix",
              prefix);
        });
  }

  /** Tombstones every living document {@code d} that fulfils {@code condition}. */
  private List<String> tombstone(
      LedgerTransactions.Head head, String condition, String... parameters) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < parameters.length; i += 2) {
      values.put(parameters[i], parameters[i + 1]);
    }
    String living = " from document d where d.deleted_seq is null and " + condition;
    List<String> ids =
        jdbc.sql("select d.id" + living + " order by d.id")
            .params(values)
            .query((row, n) -> row.getString(1))
            .list();
    if (ids.isEmpty()) {
      return ids;
    }
    OffsetDateTime now = ledger.now();
    List<Operations.Open> idle =
        jdbc.sql(
                """
                select seq, kind, document_id, version, attempts from operation
                where lease is null and kind <> 'DELETE' and document_id in (select d.id
                """
                    + living
                    + ") order by seq")
            .params(values)
            .query((row, n) -> Operations.row(row))
            .list();
    idle.forEach(operation -> operations.drop(operation, Operations.DELETED, now));
    long before = head.takeSeqs(ids.size()) - 1;
    jdbc.sql(
            """
            insert into operation (seq, kind, collection, document_id, version, attempts, beat)
            select :before + row_number() over (order by d.id), 'DELETE', d.collection, d.id,
              d.shown_version, 0, 0
            """
                + living)
        .params(values)
        .param("before", before)
        .update();
    jdbc.sql(
            """
            update document d set live_path = null, updated_at = :now, deleted_seq = (
              select o.seq from operation o where o.document_id = d.id and o.kind = 'DELETE')
            where d.deleted_seq is null and
            """
                + condition)
        .params(values)
        .param("now", now)
        .update();
    return ids;
  }

  /** Works on a document again that is not as searchable as it could be. */
  public String retryDocument(String id, AccessScope scope) {
    return ledger.durably(
        head -> {
          Retriable document =
              retriable(id)
                  .filter(found -> scope.sees(found.collection()))
                  .orElseThrow(
                      () ->
                          new RefusedException(
                              Refusal.DOCUMENT_NOT_FOUND, "there is no document '" + id + "'"));
          if (!document.mayRetry()) {
            throw new RefusedException(
                Refusal.NOTHING_TO_RETRY, "the document is searchable, or is being worked on");
          }
          return retry(head, document.collection(), List.of(document));
        });
  }

  /** A new job with the files of {@code job} that failed and can be tried again. */
  public String retryJob(String job, AccessScope scope) {
    return ledger.durably(
        head -> {
          @Nullable String collection = collectionOfJob(job, scope);
          List<String> failed =
              jdbc.sql(
                      """
                      select distinct document_id from job_item
                      where job_id = :job and document_id is not null
                        and status not in ('ACCEPTED', 'SEARCHABLE')
                      order by document_id
                      """)
                  .param("job", job)
                  .query((row, n) -> row.getString(1))
                  .list();
          List<Retriable> documents = new ArrayList<>();
          for (String id : failed) {
            retriable(id).filter(Retriable::mayRetry).ifPresent(documents::add);
          }
          if (documents.isEmpty() || collection == null) {
            throw new RefusedException(
                Refusal.NOTHING_TO_RETRY, "no file of the job has failed and can be tried again");
          }
          return retry(head, collection, documents);
        });
  }

  private record Retriable(
      String id,
      String collection,
      String path,
      int version,
      @Nullable Integer live,
      DocumentStatus status,
      String sha256,
      long bytes,
      @Nullable String declaredType) {
    boolean mayRetry() {
      return status != DocumentStatus.ACCEPTED && status != DocumentStatus.SEARCHABLE;
    }

    boolean isLive() {
      return live != null && live == version;
    }
  }

  private Optional<Retriable> retriable(String id) {
    return jdbc.sql(
            """
            select d.id, d.collection, d.path, d.last_version, d.live_version, v.status, v.sha256,
              v.bytes, v.declared_type
            from document d join document_version v
              on v.document_id = d.id and v.version = d.last_version
            where d.id = :id and d.deleted_seq is null
            """)
        .param("id", id)
        .query(
            (row, n) ->
                new Retriable(
                    row.getString("id"),
                    row.getString("collection"),
                    row.getString("path"),
                    row.getInt("last_version"),
                    row.getObject("live_version", Integer.class),
                    DocumentStatus.valueOf(row.getString("status")),
                    row.getString("sha256"),
                    row.getLong("bytes"),
                    row.getString("declared_type")))
        .optional();
  }

  private String retry(LedgerTransactions.Head head, String collection, List<Retriable> documents) {
    OffsetDateTime now = ledger.now();
    String job = ObjectId.create("job");
    items.createJob(job, head.nextSeq(), JobKind.INGEST, collection, documents.size(), now);
    var acceptance = new Acceptance(jdbc, items, operations, head, collection, job, now);
    for (int number = 0; number < documents.size(); number++) {
      Retriable document = documents.get(number);
      if (document.isLive()) {
        // A new version: offsets into the text that is being cited must keep their meaning.
        acceptance.newVersion(
            number,
            document.id(),
            document.path(),
            document.version() + 1,
            document.sha256(),
            document.bytes(),
            document.declaredType());
      } else {
        acceptance.again(
            number, document.id(), document.path(), document.version(), document.sha256());
      }
    }
    return job;
  }

  /** Writes every live document of the collection to the index again. */
  public String reindex(String collection, AccessScope scope) {
    return ledger.durably(
        head -> {
          collection(collection, scope);
          long running =
              jdbc.sql(
                      """
                      select count(*) from job
                      where kind = 'REINDEX' and collection = :collection and finished_at is null
                      """)
                  .param("collection", collection)
                  .query(Long.class)
                  .single();
          if (running > 0) {
            throw new RefusedException(
                Refusal.REINDEX_RUNNING, "the collection is being indexed again already");
          }
          record Live(String id, String path, int version) {}
          List<Live> documents =
              jdbc.sql(
                      """
                      select id, path, live_version from document
                      where collection = :collection and deleted_seq is null
                        and live_version is not null
                      order by live_path
                      """)
                  .param("collection", collection)
                  .query((row, n) -> new Live(row.getString(1), row.getString(2), row.getInt(3)))
                  .list();
          OffsetDateTime now = ledger.now();
          String job = ObjectId.create("job");
          items.createJob(job, head.nextSeq(), JobKind.REINDEX, collection, documents.size(), now);
          for (int number = 0; number < documents.size(); number++) {
            Live document = documents.get(number);
            long seq = head.nextSeq();
            operations.open(
                seq,
                OperationKind.REWRITE,
                collection,
                document.id(),
                document.version(),
                null,
                job);
            items.waiting(job, number, document.path(), document.id(), seq, ItemOutcome.UPDATED);
          }
          items.endJob(job, now); // of a collection without documents
          return job;
        });
  }

  /**
   * Drops what nobody works on yet and no other job waits for; returns the sequence numbers of what
   * somebody works on, to be stopped.
   */
  public Set<Long> cancel(String job, AccessScope scope) {
    return ledger.durably(
        head -> {
          collectionOfJob(job, scope);
          OffsetDateTime now = ledger.now();
          int cancelled =
              jdbc.sql(
                      """
                      update job set cancelled = true where id = :job and finished_at is null
                        and kind in ('INGEST', 'REINDEX')
                      """)
                  .param("job", job)
                  .update();
          if (cancelled == 0) {
            throw new RefusedException(Refusal.JOB_FINAL, "the job has ended already");
          }
          for (Operations.Open operation : cancellable(job, "lease is null")) {
            operations.drop(operation, Operations.CANCELLED, now);
          }
          return Set.copyOf(
              cancellable(job, "lease is not null").stream().map(Operations.Open::seq).toList());
        });
  }

  private List<Operations.Open> cancellable(String job, String leased) {
    return jdbc.sql(
            """
            select seq, kind, document_id, version, attempts from operation o
            where o.job_id = :job and o.kind in ('PUT', 'REWRITE')
              and not exists (
                select 1 from job_item i where i.seq = o.seq and i.job_id <> o.job_id)
              and o.
            """
                    .stripTrailing()
                + leased
                + " order by seq")
        .param("job", job)
        .query((row, n) -> Operations.row(row))
        .list();
  }

  private @Nullable String collectionOfJob(String job, AccessScope scope) {
    record Found(@Nullable String collection) {}
    return jdbc.sql("select collection from job where id = :job")
        .param("job", job)
        .query((row, n) -> new Found(row.getString(1)))
        .optional()
        .filter(found -> found.collection() == null || scope.sees(found.collection()))
        .orElseThrow(
            () -> new RefusedException(Refusal.JOB_NOT_FOUND, "there is no job '" + job + "'"))
        .collection();
  }

  private CollectionRow collection(String id, AccessScope scope) {
    return Rows.collection(jdbc, id)
        .filter(row -> scope.sees(row.id()))
        .orElseThrow(
            () ->
                new RefusedException(
                    Refusal.COLLECTION_NOT_FOUND, "there is no collection '" + id + "'"));
  }
}
