package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import io.retort.data.ChunkWriter.IndexedVersion;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The workers' side of the ledger: leasing operations, noting what became of them, and the
 * comparison with the index at start. Operations of one document apply in the order of their
 * sequence numbers. Safe for use by many threads.
 */
public final class WorkLedger {
  private final LedgerTransactions ledger;
  private final JdbcClient jdbc;
  private final JobItems items;
  private final Operations operations;
  private final Contents contents;

  WorkLedger(LedgerTransactions ledger, JobItems items, Operations operations, Contents contents) {
    this.ledger = ledger;
    this.jdbc = ledger.jdbc();
    this.items = items;
    this.operations = operations;
    this.contents = contents;
  }

  /**
   * The next operation that can be worked on; an attempt is counted unless the original was read
   * before. One waits for earlier ones of its document, and an upload for an earlier one of the
   * same content in its collection, whose embeddings it shares.
   */
  public Optional<Work> lease() {
    return ledger.write(
        head -> {
          Optional<Long> next =
              jdbc.sql(
                      """
                      select o.seq from operation o where o.lease is null
                        and not exists (
                          select 1 from operation e
                          where e.document_id = o.document_id and e.seq < o.seq)
                        and not exists (
                          select 1 from operation t
                          where t.collection = o.collection and t.sha256 = o.sha256
                            and t.seq < o.seq)
                      order by o.seq fetch first 1 rows only
                      """)
                  .query(Long.class)
                  .optional();
          if (next.isEmpty()) {
            return Optional.<Work>empty();
          }
          long seq = next.get();
          jdbc.sql(
                  """
                  update operation o set lease = :lease, attempts = attempts + case
                      when exists (
                        select 1 from document_version v
                        where v.document_id = o.document_id and v.version = o.version
                          and v.result is not null) then 0
                      else 1 end
                  where seq = :seq
                  """)
              .param("lease", head.nextLease())
              .param("seq", seq)
              .update();
          Work work = work(seq);
          if (work.jobId() != null) {
            items.start(work.jobId(), ledger.now());
          }
          return Optional.of(work);
        });
  }

  private Work work(long seq) {
    return jdbc.sql(
            """
            select o.seq, o.lease, o.kind, o.attempts, o.job_id, d.id, v.version, d.collection,
              d.path, d.title, d.tags, d.metadata, d.live_version, c.fields, d.added_at, v.sha256, v.bytes,
              v.declared_type, v.media_type, v.title as file_title, v.text_sha256,
              v.places_sha256, v.embeddings, v.structure, v.characters, v.chunks, v.pages, v.warnings, v.result, v.result_code,
              v.result_message
            from operation o
              join document d on d.id = o.document_id
              join document_version v on v.document_id = d.id and v.version =
                case when o.kind = 'PUT' then o.version
                  else coalesce(d.live_version, d.shown_version) end
              left join collection c on c.id = d.collection
            where o.seq = :seq
            """)
        .param("seq", seq)
        .query((row, n) -> work(row))
        .single();
  }

  private static Work work(ResultSet row) throws SQLException {
    String fields = row.getString("fields"); // none once the collection is deleted
    return new Work(
        row.getLong("seq"),
        row.getLong("lease"),
        OperationKind.valueOf(row.getString("kind")),
        row.getInt("attempts"),
        row.getString("job_id"),
        row.getString("id"),
        row.getInt("version"),
        row.getObject("live_version") != null
            && row.getInt("live_version") == row.getInt("version"),
        row.getString("collection"),
        row.getString("path"),
        row.getString("title"),
        Json.strings(row.getString("tags")),
        Json.metadata(row.getString("metadata")),
        fields == null ? List.of() : Json.fields(fields),
        Rows.instant(row, "added_at"),
        row.getString("sha256"),
        row.getLong("bytes"),
        row.getString("declared_type"),
        parsed(row));
  }

  private static @Nullable ParsedVersion parsed(ResultSet row) throws SQLException {
    String result = row.getString("result");
    if (result == null) {
      return null;
    }
    return new ParsedVersion(
        DocumentStatus.valueOf(result),
        Rows.reason(row, "result_code", "result_message"),
        row.getString("media_type"),
        row.getString("file_title"),
        row.getString("text_sha256"),
        row.getString("places_sha256"),
        row.getString("embeddings"),
        DocumentStructure.decode(row.getString("structure")),
        row.getInt("characters"),
        row.getInt("chunks"),
        row.getObject("pages", Integer.class),
        Rows.warnings(row.getString("warnings")));
  }

  /**
   * What another document of the collection with the same content became, if that is all of its
   * text: it need not be parsed again.
   */
  public Optional<ParsedVersion> twin(Work work) {
    return ledger.read(
        () ->
            jdbc.sql(
                    """
                    select v.media_type, v.title as file_title, v.text_sha256,
                      v.places_sha256, v.embeddings, v.structure, v.characters, v.chunks, v.pages, v.warnings, v.result,
                      v.result_code, v.result_message
                    from document_version v join document d on d.id = v.document_id
                    where v.collection = :collection and v.sha256 = :sha256
                      and v.status = 'SEARCHABLE' and v.result = 'SEARCHABLE'
                      and v.document_id <> :document and d.deleted_seq is null
                    order by v.document_id fetch first 1 rows only
                    """)
                .param("collection", work.collection())
                .param("sha256", work.sha256())
                .param("document", work.documentId())
                .query((row, n) -> requireNonNull(parsed(row)))
                .optional());
  }

  /**
   * Notes what the original became, before its block goes to the index; texts have to be forced by
   * then. False if the work was overtaken and is over: the document was deleted, a later upload
   * came, or the lease is another's.
   */
  public boolean prepared(Work work, ParsedVersion parsed) {
    return ledger.write(
        head -> {
          if (!holds(work)) {
            return false;
          }
          Reason overtaken = overtaken(work);
          if (overtaken != null) {
            operations.drop(open(work), overtaken, ledger.now());
            return false;
          }
          jdbc.sql(
                  """
                  update document_version set result = :result, result_code = :code,
                    result_message = :message, media_type = :media_type, title = :title,
                    text_sha256 = :text, places_sha256 = :places, embeddings = :embeddings,
                    structure = :structure, characters = :characters, chunks = :chunks, pages = :pages,
                    warnings = :warnings
                  where document_id = :document and version = :version
                  """)
              .param("result", parsed.status().name())
              .param("code", parsed.reason() == null ? null : parsed.reason().code())
              .param("message", parsed.reason() == null ? null : parsed.reason().message())
              .param("media_type", parsed.mediaType())
              .param("title", parsed.title())
              .param("text", parsed.textSha256())
              .param("places", parsed.placesSha256())
              .param("embeddings", parsed.embeddings())
              .param("structure", parsed.structure().encode())
              .param("characters", parsed.characters())
              .param("chunks", parsed.chunks())
              .param("pages", parsed.pages())
              .param("warnings", Json.strings(parsed.warnings()))
              .param("document", work.documentId())
              .param("version", work.version())
              .update();
          return true;
        });
  }

  private static Operations.Open open(Work work) {
    return new Operations.Open(
        work.seq(), work.kind(), work.documentId(), work.version(), work.attempts());
  }

  private boolean holds(Work work) {
    return jdbc.sql("select count(*) from operation where seq = :seq and lease = :lease")
            .param("seq", work.seq())
            .param("lease", work.lease())
            .query(Long.class)
            .single()
        > 0;
  }

  private @Nullable Reason overtaken(Work work) {
    if (work.kind() == OperationKind.DELETE) {
      return null;
    }
    long deleted =
        jdbc.sql("select count(*) from document where id = :id and deleted_seq is not null")
            .param("id", work.documentId())
            .query(Long.class)
            .single();
    if (deleted > 0) {
      return Operations.DELETED;
    }
    long later =
        jdbc.sql(
                """
                select count(*) from operation
                where document_id = :id and kind = 'PUT' and seq > :seq
                """)
            .param("id", work.documentId())
            .param("seq", work.seq())
            .query(Long.class)
            .single();
    return later > 0 && work.kind() == OperationKind.PUT ? Operations.SUPERSEDED : null;
  }

  /** Ends work that was stopped on purpose; a version that it was to bring is FAILED. */
  public void abandon(Work work) {
    ledger.durablyRun(
        head -> {
          if (holds(work)) {
            operations.drop(open(work), Operations.CANCELLED, ledger.now());
          }
        });
  }

  /** Gives work back undone, to be leased again. */
  public void release(Collection<Work> undone) {
    ledger.runWrite(
        head -> {
          for (Work work : undone) {
            int given =
                jdbc.sql(
                        """
                        update operation set lease = null, attempts = greatest(0, attempts - 1)
                        where seq = :seq and lease = :lease
                        """)
                    .param("seq", work.seq())
                    .param("lease", work.lease())
                    .update();
            Reason overtaken = given > 0 ? overtaken(work) : null;
            if (overtaken != null) {
              operations.drop(open(work), overtaken, ledger.now());
            }
          }
        });
  }

  /**
   * W: the highest number such that every operation up to it is final or in {@code batch}, which is
   * about to be committed to the index.
   */
  public long appliedUpTo(Set<Long> batch) {
    return ledger.read(
        () -> {
          // The head first: what comes later has a greater number than was read here.
          long head =
              jdbc.sql("select seq from ledger_head where id = 1").query(Long.class).single();
          return jdbc
              .sql("select seq from operation order by seq fetch first :n rows only")
              .param("n", batch.size() + 1)
              .query((row, n) -> row.getLong(1))
              .list()
              .stream()
              .filter(seq -> !batch.contains(seq))
              .findFirst()
              .map(seq -> Math.min(seq - 1, head))
              .orElse(head);
        });
  }

  /** The operations of {@code done} are in a committed index: what they promised is so. */
  public void finish(List<Work> done) {
    Contents.Released released = new Contents.Released();
    ledger.durablyRun(
        head -> {
          OffsetDateTime now = ledger.now();
          for (Work work : done) {
            if (holds(work)) {
              finish(open(work), released, now);
            }
          }
        });
    remove(released);
  }

  private void finish(Operations.Open operation, Contents.Released released, OffsetDateTime now) {
    jdbc.sql("delete from operation where seq = :seq").param("seq", operation.seq()).update();
    if (operation.kind() == OperationKind.DELETE) {
      forget(operation.documentId(), released, now);
      return;
    }
    if (operation.kind() == OperationKind.PUT || isLive(operation)) {
      settle(operation, released, now);
    }
    finishWaiting(operation, now);
  }

  private boolean isLive(Operations.Open operation) {
    return jdbc.sql(
                """
                select count(*) from document where id = :document and live_version = :version
                """)
            .param("document", operation.documentId())
            .param("version", operation.version())
            .query(Long.class)
            .single()
        > 0;
  }

  /**
   * The version's result becomes its status; if it is searchable, it takes the live one's place.
   */
  private void settle(Operations.Open operation, Contents.Released released, OffsetDateTime now) {
    jdbc.sql(
            """
            update document_version set seq = :seq, status = result, reason_code = result_code,
              reason_message = result_message
            where document_id = :document and version = :version
            """)
        .param("seq", operation.seq())
        .param("document", operation.documentId())
        .param("version", operation.version())
        .update();
    boolean searchable =
        jdbc.sql(
                    """
                    select count(*) from document_version
                    where document_id = :document and version = :version and chunks > 0
                    """)
                .param("document", operation.documentId())
                .param("version", operation.version())
                .query(Long.class)
                .single()
            > 0;
    jdbc.sql(
            """
            update document set updated_at = :now,
              live_version = case when :searchable then :version
                when live_version = :version then null else live_version end,
              pending_version = case when pending_version = :version then null
                else pending_version end
            where id = :document
            """)
        .param("now", now)
        .param("searchable", searchable)
        .param("version", operation.version())
        .param("document", operation.documentId())
        .update();
    jdbc.sql(
            """
            update document set shown_version = coalesce(live_version, last_version)
            where id = :document
            """)
        .param("document", operation.documentId())
        .update();
    if (searchable) {
      removeVersions(operation.documentId(), operation.version(), released);
    }
  }

  private void finishWaiting(Operations.Open operation, OffsetDateTime now) {
    record Settled(DocumentStatus status, @Nullable Reason reason, int chunks) {}
    String version = operation.kind() == OperationKind.PUT ? ":version" : "d.shown_version";
    Settled settled =
        jdbc.sql(
                """
                select v.status, v.reason_code, v.reason_message, coalesce(v.chunks, 0) as chunks
                from document d join document_version v on v.document_id = d.id and v.version =
                """
                    + version
                    + " where d.id = :document")
            .params(
                operation.kind() == OperationKind.PUT
                    ? Map.of("document", operation.documentId(), "version", operation.version())
                    : Map.of("document", operation.documentId()))
            .query(
                (row, n) ->
                    new Settled(
                        DocumentStatus.valueOf(row.getString("status")),
                        Rows.reason(row, "reason_code", "reason_message"),
                        row.getInt("chunks")))
            .single();
    items.finishWaiting(
        operation.seq(),
        settled.status(),
        settled.reason(),
        false,
        operation.attempts(),
        settled.chunks(),
        now);
  }

  private void forget(String document, Contents.Released released, OffsetDateTime now) {
    // After a crash an upload that was under way when the document was deleted may still be open.
    operations.idleOf(document).forEach(open -> operations.drop(open, Operations.DELETED, now));
    removeVersions(document, Integer.MAX_VALUE, released);
    jdbc.sql("delete from document where id = :id").param("id", document).update();
  }

  private void removeVersions(String document, int below, Contents.Released released) {
    jdbc.sql(
            """
            select sha256, text_sha256, places_sha256, embeddings from document_version
            where document_id = :document and version < :below
            """)
        .param("document", document)
        .param("below", below)
        .query(
            row -> {
              add(released.originals(), row.getString(1));
              add(released.texts(), row.getString(2));
              add(released.places(), row.getString(3));
              add(released.embeddings(), row.getString(4));
            });
    jdbc.sql("delete from document_version where document_id = :document and version < :below")
        .param("document", document)
        .param("below", below)
        .update();
  }

  private static void add(Set<String> names, @Nullable String name) {
    if (name != null) {
      names.add(name);
    }
  }

  private void remove(Contents.Released released) {
    try {
      contents.remove(released);
    } catch (IOException e) {
      System.getLogger(WorkLedger.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "content that nothing refers to could not be removed; the next sweep tries again",
              e);
    }
  }

  /** Nobody holds a lease when a process has just taken the store. */
  public void revokeLeases() {
    ledger.write(head -> jdbc.sql("update operation set lease = null").update());
  }

  public long openOperations() {
    return ledger.read(() -> jdbc.sql("select count(*) from operation").query(Long.class).single());
  }

  /** Live documents that the index has lost and that are not written again yet. */
  public long openRepairs() {
    return ledger.read(
        () ->
            jdbc.sql("select count(*) from operation where kind = 'REPAIR'")
                .query(Long.class)
                .single());
  }

  /** The greatest number handed out. */
  public long headSeq() {
    return ledger.read(
        () -> jdbc.sql("select seq from ledger_head where id = 1").query(Long.class).single());
  }

  /** No number up to {@code floor} is handed out any more. */
  public void raiseSeq(long floor) {
    ledger.durablyRun(
        head -> {
          head.raiseTo(floor);
        });
  }

  /**
   * What an index that agrees with the ledger holds, by document.
   *
   * @param live its chunks as they should be; documents without chunks are left out
   * @param open operations that have not ended, in their order
   */
  public record Expected(Map<String, IndexedVersion> live, List<OpenOperation> open) {
    public Expected {
      live = Map.copyOf(live);
      open = List.copyOf(open);
    }
  }

  /**
   * @param parsedChunks how many chunks its version has, null if it was not parsed yet
   */
  public record OpenOperation(
      long seq,
      OperationKind kind,
      String documentId,
      int version,
      @Nullable Integer parsedChunks) {}

  public Expected expected() {
    return ledger.read(
        () -> {
          Map<String, IndexedVersion> live = new HashMap<>();
          jdbc.sql(
                  """
                  select d.id, v.version, v.seq, v.chunks from document d join document_version v
                    on v.document_id = d.id and v.version = d.live_version
                  where d.deleted_seq is null
                  """)
              .query(
                  row -> {
                    live.put(
                        row.getString(1),
                        new IndexedVersion(row.getInt(2), row.getLong(3), row.getInt(4)));
                  });
          List<OpenOperation> open =
              jdbc.sql(
                      """
                      select o.seq, o.kind, o.document_id, v.version,
                        case when v.result is null then null else v.chunks end as chunks
                      from operation o join document d on d.id = o.document_id
                        join document_version v on v.document_id = d.id and v.version =
                          case when o.kind = 'PUT' then o.version
                            else coalesce(d.live_version, d.shown_version) end
                      order by o.seq
                      """)
                  .query(
                      (row, n) ->
                          new OpenOperation(
                              row.getLong(1),
                              OperationKind.valueOf(row.getString(2)),
                              row.getString(3),
                              row.getInt(4),
                              row.getObject(5, Integer.class)))
                  .list();
          return new Expected(live, open);
        });
  }

  /** Ends operations that a committed index already holds. */
  public void rollForward(List<OpenOperation> applied) {
    Contents.Released released = new Contents.Released();
    ledger.durablyRun(
        head -> {
          OffsetDateTime now = ledger.now();
          for (OpenOperation operation : applied) {
            finish(
                new Operations.Open(
                    operation.seq(),
                    operation.kind(),
                    operation.documentId(),
                    operation.version(),
                    1),
                released,
                now);
          }
        });
    remove(released);
  }

  /** Puts live documents that the index has lost back in the queue. */
  public void repair(Collection<String> documentIds) {
    ledger.durablyRun(
        head -> {
          for (String id : documentIds) {
            record Live(String collection, int version) {}
            Optional<Live> live =
                jdbc.sql(
                        """
                        select collection, live_version from document d
                        where id = :id and deleted_seq is null and live_version is not null
                          and not exists (select 1 from operation o
                            where o.document_id = d.id and o.kind = 'REPAIR')
                        """)
                    .param("id", id)
                    .query((row, n) -> new Live(row.getString(1), row.getInt(2)))
                    .optional();
            live.ifPresent(
                document ->
                    operations.open(
                        head.nextSeq(),
                        OperationKind.REPAIR,
                        document.collection(),
                        id,
                        document.version(),
                        null,
                        null));
          }
        });
  }
}
