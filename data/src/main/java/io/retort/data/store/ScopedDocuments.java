package io.retort.data.store;

import static java.util.stream.Collectors.toSet;

import io.retort.data.AccessScope;
import io.retort.data.ChunkId;
import io.retort.data.DocumentVersion;
import io.retort.data.LiveVersions;
import io.retort.data.PageRect;
import io.retort.data.TextPlaces;
import io.retort.data.TextSpan;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The only way to rows, texts and originals for whoever answers a caller. Each call is confined to
 * the caller's collections; what lies outside is absent. Safe for use by many threads.
 */
public final class ScopedDocuments implements LiveVersions {
  /** The most code points that one passage has. */
  public static final int LONGEST_PASSAGE = 100_000;

  private static final int DEFAULT_PASSAGE = 10_000;

  private final LedgerTransactions ledger;
  private final JdbcClient jdbc;
  private final Contents contents;

  ScopedDocuments(LedgerTransactions ledger, Contents contents) {
    this.ledger = ledger;
    this.jdbc = ledger.jdbc();
    this.contents = contents;
  }

  /** By id. */
  public List<CollectionSummary> collections(AccessScope scope) {
    return ledger.read(
        () ->
            jdbc
                .sql("select * from collection where id in (:scope) order by id")
                .param("scope", Cursors.inList(scope.collections()))
                .query((row, n) -> Rows.collection(row))
                .list()
                .stream()
                .map(this::summary)
                .toList());
  }

  public Optional<CollectionSummary> collection(String id, AccessScope scope) {
    if (!scope.sees(id)) {
      return Optional.empty();
    }
    return ledger.read(() -> Rows.collection(jdbc, id).map(this::summary));
  }

  /** The ids of all collections: for building scopes from the server's record, not for callers. */
  public Set<String> collectionIds() {
    return ledger.read(
        () ->
            Set.copyOf(
                jdbc.sql("select id from collection").query((row, n) -> row.getString(1)).list()));
  }

  private CollectionSummary summary(CollectionRow collection) {
    SortedMap<DocumentStatus, Long> byStatus = new TreeMap<>();
    long[] sums = new long[4]; // documents, chunks, characters, bytes
    jdbc.sql(
            """
            select v.status, count(*),
              coalesce(sum(case when d.live_version is null then 0 else v.chunks end), 0),
              coalesce(sum(v.characters), 0), coalesce(sum(v.bytes), 0)
            from document d join document_version v
              on v.document_id = d.id and v.version = d.shown_version
            where d.collection = :collection and d.deleted_seq is null
            group by v.status
            """)
        .param("collection", collection.id())
        .query(
            row -> {
              byStatus.put(DocumentStatus.valueOf(row.getString(1)), row.getLong(2));
              for (int i = 0; i < sums.length; i++) {
                sums[i] += row.getLong(i + 2);
              }
            });
    return new CollectionSummary(
        collection, sums[0], sums[1], sums[2], sums[3], byStatus, state(collection.id()));
  }

  private CollectionSummary.State state(String collection) {
    List<String> kinds =
        jdbc.sql(
                """
                select distinct kind from operation
                where collection = :collection and kind in ('REPAIR', 'REWRITE')
                """)
            .param("collection", collection)
            .query((row, n) -> row.getString(1))
            .list();
    if (kinds.contains(OperationKind.REPAIR.name())) {
      return CollectionSummary.State.DEGRADED;
    }
    return kinds.isEmpty() ? CollectionSummary.State.READY : CollectionSummary.State.REINDEXING;
  }

  /** Chunks in the scope that are live by the ledger and that the index has lost. */
  public long missingChunks(AccessScope scope) {
    return ledger.read(
        () ->
            jdbc.sql(
                    """
                    select coalesce(sum(v.chunks), 0) from operation o
                      join document d on d.id = o.document_id and d.deleted_seq is null
                      join document_version v
                        on v.document_id = d.id and v.version = d.live_version
                    where o.kind = 'REPAIR' and o.collection in (:scope)
                    """)
                .param("scope", Cursors.inList(scope.collections()))
                .query(Long.class)
                .single());
  }

  public Optional<DocumentRow> document(String id, AccessScope scope) {
    return ledger.read(
        () ->
            jdbc.sql(Rows.DOCUMENT + " and d.id = :id")
                .param("id", id)
                .query((row, n) -> Rows.document(row))
                .optional()
                .filter(document -> scope.sees(document.collection())));
  }

  /** By path; a null condition does not bind. */
  public Slice<DocumentRow> documents(
      String collection,
      @Nullable DocumentStatus status,
      @Nullable String pathPrefix,
      SliceRequest slice,
      AccessScope scope) {
    if (collection(collection, scope).isEmpty()) {
      throw new RefusedException(
          Refusal.COLLECTION_NOT_FOUND, "there is no collection '" + collection + "'");
    }
    String after = Cursors.text(slice.cursor(), "");
    String prefix = pathPrefix == null ? "" : pathPrefix;
    List<DocumentRow> found =
        ledger.read(
            () ->
                jdbc.sql(
                        Rows.DOCUMENT
                            + """
                             and d.collection = :collection and d.live_path > :after
                             and d.live_path >= :prefix
                             and substring(d.live_path, 1, char_length(:prefix)) = :prefix
                             and (cast(:status as varchar) is null or v.status = :status)
                            order by d.live_path fetch first :n rows only
                            """)
                    .param("collection", collection)
                    .param("after", after)
                    .param("prefix", prefix)
                    .param("status", status == null ? null : status.name())
                    .param("n", slice.limit() + 1)
                    .query((row, n) -> Rows.document(row))
                    .list());
    return Cursors.slice(found, slice.limit(), last -> Cursors.of(last.path()));
  }

  /**
   * A piece of the live version's text; {@code end} null is the furthest that a passage goes by
   * itself.
   *
   * @param version null is the live one, another than the live one is refused as VERSION_GONE
   */
  public Passage passage(
      String documentId,
      int start,
      @Nullable Integer end,
      @Nullable Integer version,
      AccessScope scope) {
    Text text = liveText(documentId, version, scope);
    int last = end != null ? end : Math.min(start + DEFAULT_PASSAGE, text.characters());
    if (start < 0 || last < start || last > text.characters()) {
      throw new RefusedException(
          Refusal.RANGE_OUT_OF_BOUNDS,
          "expected 0 ≤ start ≤ end ≤ %d, but start was %d and end %d"
              .formatted(text.characters(), start, last));
    }
    if (last - start > LONGEST_PASSAGE) {
      throw new RefusedException(
          Refusal.RANGE_OUT_OF_BOUNDS,
          "a passage has at most %d characters, not %d".formatted(LONGEST_PASSAGE, last - start));
    }
    TextSpan span = new TextSpan(start, last);
    return new Passage(
        documentId,
        text.version(),
        span,
        text.characters(),
        CodePoints.slice(contents.texts().read(text.sha256()), span),
        page(text, start));
  }

  private static @Nullable Integer page(Text text, int start) {
    for (DocumentStructure.Page page : DocumentStructure.decode(text.structure()).pages()) {
      if (start < page.span().end()) {
        return page.number();
      }
    }
    return null;
  }

  /**
   * Where a passage lies on its pages, as {@link TextPlaces#rects} has it; empty too for a version
   * whose places are not kept.
   */
  public List<PageRect> rects(Passage passage, AccessScope scope) {
    Text text = liveText(passage.documentId(), passage.version(), scope);
    if (text.places() == null) {
      return List.of();
    }
    try {
      byte[] places = contents.places().read(text.places());
      return TextPlaces.of(places).rects(passage.span(), passage.text());
    } catch (DamagedContentException | IllegalArgumentException e) {
      System.getLogger(ScopedDocuments.class.getName())
          .log(System.Logger.Level.WARNING, "the places of a text are lost", e);
      return List.of();
    }
  }

  private record Text(
      String collection,
      int version,
      String sha256,
      @Nullable String places,
      int characters,
      String structure,
      @Nullable String embeddings) {}

  private Text liveText(String documentId, @Nullable Integer version, AccessScope scope) {
    DocumentRow document =
        document(documentId, scope)
            .orElseThrow(
                () ->
                    new RefusedException(
                        Refusal.DOCUMENT_NOT_FOUND, "there is no document '" + documentId + "'"));
    if (version != null && version != document.version()) {
      throw new RefusedException(
          Refusal.VERSION_GONE,
          "version %d of the document is not the live one; that is version %d"
              .formatted(version, document.version()));
    }
    return text(documentId, document.version())
        .orElseGet(
            () -> new Text(document.collection(), document.version(), "", null, 0, "", null));
  }

  private Optional<Text> text(String documentId, int version) {
    return ledger.read(
        () ->
            jdbc.sql(
                    """
                    select collection, version, text_sha256, places_sha256, characters, structure,
                      embeddings
                    from document_version
                    where document_id = :document and version = :version
                      and text_sha256 is not null
                    """)
                .param("document", documentId)
                .param("version", version)
                .query(
                    (row, n) ->
                        new Text(
                            row.getString(1),
                            row.getInt(2),
                            row.getString(3),
                            row.getString(4),
                            row.getInt(5),
                            row.getString(6),
                            row.getString(7)))
                .optional());
  }

  /** The code points of {@code span} in that version, which has to be valid in the scope now. */
  public String text(String documentId, int version, TextSpan span, AccessScope scope) {
    DocumentVersion wanted = new DocumentVersion(documentId, version);
    Optional<Text> text =
        valid(Set.of(wanted), scope).isEmpty() ? Optional.empty() : text(documentId, version);
    if (text.isEmpty()) {
      throw new RefusedException(
          Refusal.VERSION_GONE, "version %d of %s is gone".formatted(version, documentId));
    }
    if (span.end() > text.get().characters()) {
      throw new RefusedException(
          Refusal.RANGE_OUT_OF_BOUNDS,
          "the text has %d characters, not %d".formatted(text.get().characters(), span.end()));
    }
    return CodePoints.slice(contents.texts().read(text.get().sha256()), span);
  }

  /** By ordinal, as the live version was cut. */
  public Slice<StoredChunk> chunks(String documentId, SliceRequest slice, AccessScope scope) {
    Text text = liveText(documentId, null, scope);
    String embeddings = text.embeddings();
    if (embeddings == null) {
      return new Slice<>(List.of(), null);
    }
    List<EncodedTexts.Cut> cuts =
        contents
            .encodedTexts()
            .readCuts(embeddings)
            .orElseThrow(
                () ->
                    new RefusedException(
                        Refusal.INDEX_DEGRADED,
                        "the document's chunks are not at hand; they are made again at the next"
                            + " re-indexing"));
    int from = Math.toIntExact(Cursors.number(slice.cursor(), -1)) + 1;
    if (from < 0 || from > cuts.size()) {
      throw new RefusedException(Refusal.INVALID_CURSOR, "the cursor lies beyond the last chunk");
    }
    int to = Math.min(cuts.size(), from + slice.limit());
    byte[] utf8 = contents.texts().read(text.sha256());
    List<StoredChunk> chunks = new java.util.ArrayList<>();
    for (int ordinal = from; ordinal < to; ordinal++) {
      EncodedTexts.Cut cut = cuts.get(ordinal);
      chunks.add(
          new StoredChunk(
              new ChunkId(documentId, ordinal),
              cut.span(),
              cut.heading(),
              cut.page(),
              CodePoints.slice(utf8, cut.span())));
    }
    return new Slice<>(chunks, to < cuts.size() ? Cursors.of(to - 1) : null);
  }

  public Optional<Original> original(String documentId, AccessScope scope) {
    return document(documentId, scope)
        .flatMap(
            document ->
                contents
                    .originals()
                    .find(document.sha256())
                    .map(
                        file ->
                            new Original(
                                file,
                                document.path().substring(document.path().lastIndexOf('/') + 1),
                                document.mediaType(),
                                document.bytes(),
                                document.sha256())));
  }

  @Override
  public Set<DocumentVersion> valid(Set<DocumentVersion> found, AccessScope scope) {
    if (found.isEmpty() || scope.collections().isEmpty()) {
      return Set.of();
    }
    Set<DocumentVersion> valid = new HashSet<>();
    Set<String> ids = found.stream().map(DocumentVersion::documentId).collect(toSet());
    ledger.read(
        () -> {
          jdbc.sql(
                  """
                  select id, collection, live_version, pending_version from document
                  where id in (:ids) and deleted_seq is null
                  """)
              .param("ids", ids)
              .query(
                  row -> {
                    if (!scope.sees(row.getString(2))) {
                      return;
                    }
                    String id = row.getString(1);
                    int live = row.getInt(3); // 0 if none is
                    int pending = Math.max(row.getInt(4), live);
                    for (DocumentVersion version : found) {
                      if (version.documentId().equals(id)
                          && version.version() >= Math.max(live, 1)
                          && version.version() <= pending) {
                        valid.add(version);
                      }
                    }
                  });
          return valid;
        });
    return valid;
  }
}
