package io.retort.web.rest;

import io.retort.data.AccessScope;
import io.retort.data.ObjectId;
import io.retort.data.TextSpan;
import io.retort.data.store.AnswerStore;
import io.retort.data.store.CollectionRow;
import io.retort.data.store.CollectionSummary;
import io.retort.data.store.DocumentRow;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.Passage;
import io.retort.data.store.ReplyStore;
import io.retort.data.store.SliceRequest;
import io.retort.indexer.Accepted;
import io.retort.indexer.Idempotency;
import io.retort.indexer.Upload;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.rooms.LoadedModels;
import io.retort.web.rooms.Rooms;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What the REST API and the MCP server do alike with a caller's collections and documents. Whether
 * the caller may is decided before; what is outside of their collections does not exist here.
 */
@Component
public final class DocumentService {
  private static final int DEFAULT_PASSAGE = 10_000;

  private final Rooms rooms;
  private final AccessScopes scopes;
  private final AnswerStore answers;
  private final ReplyStore replies;

  DocumentService(Rooms rooms, AccessScopes scopes, AnswerStore answers, ReplyStore replies) {
    this.rooms = rooms;
    this.scopes = scopes;
    this.answers = answers;
    this.replies = replies;
  }

  /** A service has few collections: they are read whole and cut here, the id being the cursor. */
  public Page<CollectionView> collections(int limit, @Nullable String cursor, Caller caller) {
    if (cursor != null && !CollectionRow.isId(cursor)) {
      throw new ApiException(ProblemCode.INVALID_CURSOR, "the cursor was not made by this list");
    }
    String after = cursor == null ? "" : cursor;
    List<CollectionSummary> rest =
        rooms.documents().collections(scopes.of(caller)).stream()
            .filter(c -> c.collection().id().compareTo(after) > 0)
            .sorted(Comparator.comparing(c -> c.collection().id()))
            .toList();
    List<CollectionView> items = rest.stream().limit(limit).map(this::view).toList();
    return new Page<>(items, rest.size() > limit ? items.getLast().id() : null);
  }

  CollectionView collection(String id, AccessScope scope) {
    return view(find(id, scope));
  }

  private CollectionView view(CollectionSummary summary) {
    LoadedModels models = rooms.modelsIfLoaded();
    return CollectionView.of(
        summary,
        models == null ? null : models.chunkLength(),
        models == null ? null : models.encoder().fingerprint());
  }

  private CollectionSummary find(String id, AccessScope scope) {
    return rooms
        .documents()
        .collection(id, scope)
        .orElseThrow(
            () ->
                new ApiException(ProblemCode.COLLECTION_NOT_FOUND, "there is no such collection"));
  }

  void requireCollection(String id, AccessScope scope) {
    find(id, scope);
  }

  /** By path; a null condition does not bind, a null limit is the default one. */
  public Page<DocumentView> documents(
      String collection,
      @Nullable DocumentStatus status,
      @Nullable String pathPrefix,
      @Nullable Integer limit,
      @Nullable String cursor,
      Caller caller) {
    AccessScope scope = scopes.of(caller);
    requireCollection(collection, scope);
    var slice = new SliceRequest(limit == null ? Page.DEFAULT_LIMIT : limit, cursor);
    return Page.of(
        rooms.documents().documents(collection, status, pathPrefix, slice, scope),
        DocumentView::of);
  }

  DocumentRow document(String id, AccessScope scope) {
    if (!ObjectId.isOf("doc", id)) {
      throw notFound();
    }
    return rooms.documents().document(id, scope).orElseThrow(DocumentService::notFound);
  }

  static ApiException notFound() {
    return new ApiException(ProblemCode.DOCUMENT_NOT_FOUND, "there is no such document");
  }

  /**
   * A piece of the extracted text.
   *
   * @param start null: the text's start
   * @param end null: 10,000 code points further, or the text's end
   * @param version null: the live one
   * @param rects whether it is wanted where the piece lies on its pages
   */
  public PassageView passage(
      String id,
      @Nullable Integer start,
      @Nullable Integer end,
      @Nullable Integer version,
      boolean rects,
      Caller caller) {
    AccessScope scope = scopes.of(caller);
    DocumentRow row = document(id, scope);
    int from = start == null ? 0 : start;
    int characters = row.characters() == null ? 0 : row.characters();
    int to = end == null ? (int) Math.min((long) from + DEFAULT_PASSAGE, characters) : end;
    if (to < from) {
      throw new ApiException(
          ProblemCode.RANGE_OUT_OF_BOUNDS,
          "the range %d to %d does not lie in the %d characters of the text"
              .formatted(from, to, characters));
    }
    Passage passage = rooms.documents().passage(id, from, to, version, scope);
    TextSpan span = passage.span();
    return new PassageView(
        id,
        passage.version(),
        span.start(),
        span.end(),
        passage.characters(),
        passage.text(),
        passage.page(),
        rects
            ? rooms.documents().rects(passage, scope).stream().map(PassageView.Rect::of).toList()
            : List.of());
  }

  /** Takes files in; when this returns they are on disk. */
  public Accepted add(
      String collection, List<Upload> uploads, @Nullable Idempotency idempotency, Caller caller) {
    AccessScope scope = scopes.of(caller);
    requireCollection(collection, scope);
    return rooms.ingest().accept(collection, uploads, idempotency, scope);
  }

  /** Hides the document from everybody before it returns. */
  public void delete(String id, boolean purgeAnswers, Caller caller) {
    if (!ObjectId.isOf("doc", id) || !rooms.ingest().deleteDocument(id, scopes.of(caller))) {
      throw notFound();
    }
    replies.removeAll();
    if (purgeAnswers) {
      answers.purgeCiting(id);
    }
  }

  Deleted deleteAll(String collection, String pathPrefix, boolean purgeAnswers, Caller caller) {
    AccessScope scope = scopes.of(caller);
    requireCollection(collection, scope);
    List<String> ids = rooms.ingest().deleteDocuments(collection, pathPrefix, scope);
    replies.removeAll();
    if (purgeAnswers) {
      ids.forEach(answers::purgeCiting);
    }
    return new Deleted(ids.size());
  }
}
