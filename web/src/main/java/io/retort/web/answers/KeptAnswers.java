package io.retort.web.answers;

import io.retort.data.AccessScope;
import io.retort.data.CancelSignal;
import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Deadline;
import io.retort.data.DocumentVersion;
import io.retort.data.Neighbour;
import io.retort.data.ObjectId;
import io.retort.data.RequestLimits;
import io.retort.data.TextSpan;
import io.retort.data.store.AnswerStore;
import io.retort.data.store.RefusedException;
import io.retort.data.store.ScopedDocuments;
import io.retort.generator.AnswerGenerator;
import io.retort.generator.GenerationRequest;
import io.retort.generator.KnockOut;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.answers.AnswerView.CitationView;
import io.retort.web.answers.StoredAnswer.ReplayNeighbour;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.retort.web.rooms.Rooms;
import io.retort.web.search.NeighbourView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Answers that were kept, for whoever asked, with the state that their sources have by now. */
public final class KeptAnswers {
  private static final Duration KNOCK_OUT_TIMEOUT = Duration.ofSeconds(120);

  private final Rooms rooms;
  private final AnswerStore store;
  private final AccessScopes scopes;
  private final AnswerDesk desk;
  private final JsonMapper json;

  KeptAnswers(
      Rooms rooms, AnswerStore store, AccessScopes scopes, AnswerDesk desk, JsonMapper json) {
    this.rooms = rooms;
    this.store = store;
    this.scopes = scopes;
    this.desk = desk;
    this.json = json;
  }

  /** Whether there is such an answer for the caller; refuses if not. */
  public void require(String id, Caller caller) {
    view(id, caller);
  }

  /** The answer as it was kept, whatever became of its sources. */
  public AnswerView view(String id, Caller caller) {
    return stored(id, caller).view();
  }

  /** As {@link #view}; empty where that refuses. */
  Optional<AnswerView> ifVisible(String id, Caller caller) {
    return ifStored(id, caller).map(StoredAnswer::view);
  }

  /** An answer from the JSON that the store keeps. */
  public AnswerView read(String body) {
    return json.readValue(body, StoredAnswer.class).view();
  }

  AnswerView find(String id, Caller caller, Set<AnswerInclude> include) {
    StoredAnswer stored = stored(id, caller);
    AccessScope scope = scopes.of(caller);
    AnswerView view = stored.view();
    Set<DocumentVersion> named = new HashSet<>();
    view.citations().forEach(c -> named.add(new DocumentVersion(c.documentId(), c.version())));
    view.neighbours().forEach(n -> named.add(new DocumentVersion(n.documentId(), n.version())));
    Set<DocumentVersion> live = named.isEmpty() ? Set.of() : rooms.documents().valid(named, scope);
    List<CitationView> citations =
        view.citations().stream().map(c -> withState(c, live, scope)).toList();
    List<NeighbourView> neighbours =
        view.neighbours().stream()
            .map(n -> withState(n, live, scope, include.contains(AnswerInclude.NEIGHBOUR_TEXT)))
            .toList();
    return StoredAnswer.with(
        view, citations, neighbours, include.contains(AnswerInclude.TOKENS) ? view.tokens() : null);
  }

  private StoredAnswer stored(String id, Caller caller) {
    return ifStored(id, caller).orElseThrow(KeptAnswers::notFound);
  }

  /** An answer from collections that the caller sees no longer is absent. */
  private Optional<StoredAnswer> ifStored(String id, Caller caller) {
    return ObjectId.isOf("ans", id)
        ? store
            .find(id, caller.id())
            .map(body -> json.readValue(body, StoredAnswer.class))
            .filter(stored -> caller.seesEach(stored.view().askedOf()))
        : Optional.empty();
  }

  public static ApiException notFound() {
    return new ApiException(ProblemCode.ANSWER_NOT_FOUND, "there is no such answer");
  }

  private CitationView withState(
      CitationView citation, Set<DocumentVersion> live, AccessScope scope) {
    if (live.contains(new DocumentVersion(citation.documentId(), citation.version()))) {
      String quote = text(citation.documentId(), citation.version(), citation.sourceSpan(), scope);
      if (quote != null) {
        return StoredAnswer.with(citation, citation.title(), quote, "live");
      }
    }
    boolean exists = rooms.documents().document(citation.documentId(), scope).isPresent();
    return exists
        ? StoredAnswer.with(citation, citation.title(), null, "replaced")
        : StoredAnswer.with(citation, "", null, "deleted");
  }

  private NeighbourView withState(
      NeighbourView neighbour, Set<DocumentVersion> live, AccessScope scope, boolean text) {
    boolean isLive =
        live.contains(new DocumentVersion(neighbour.documentId(), neighbour.version()));
    if (!isLive) {
      boolean exists = rooms.documents().document(neighbour.documentId(), scope).isPresent();
      return exists ? neighbour : neighbour.withTitle("");
    }
    return text
        ? neighbour.withText(
            text(neighbour.documentId(), neighbour.version(), neighbour.span(), scope))
        : neighbour;
  }

  private @Nullable String text(String documentId, int version, TextSpan span, AccessScope scope) {
    ScopedDocuments documents = rooms.documents();
    try {
      return documents.text(documentId, version, span, scope);
    } catch (RefusedException e) {
      return switch (e.refusal()) {
        case DOCUMENT_NOT_FOUND, VERSION_GONE, RANGE_OUT_OF_BOUNDS -> null;
        default -> throw e;
      };
    }
  }

  /** Scores the kept tokens again, in a slot, with some neighbours of the trace masked. */
  public KnockOut knockOut(String id, Caller caller, List<String> chunkIds)
      throws InterruptedException {
    StoredAnswer stored = stored(id, caller);
    if (stored.replay().tokenIds().isEmpty()) {
      throw ApiException.wrongField(
          ProblemCode.INVALID_PARAMETER,
          new FieldError("id", "not_allowed", "names an answer without tokens"));
    }
    Set<ChunkId> masked = masked(stored, chunkIds);
    AccessScope scope = scopes.of(caller);
    List<List<Neighbour>> entries = neighbours(stored, scope);
    int[] tokens = stored.replay().tokenIds().stream().mapToInt(Integer::intValue).toArray();
    AnswerGenerator generator = rooms.models().generator();
    GenerationRequest request = stored.replay().request(stored.view().question());
    var limits = new RequestLimits(Deadline.in(KNOCK_OUT_TIMEOUT), new CancelSignal());
    return AnswerDesk.await(
        desk.submit(
            caller, limits, () -> generator.knockOut(request, tokens, entries, masked, limits)),
        limits);
  }

  private static Set<ChunkId> masked(StoredAnswer stored, List<String> chunkIds) {
    Set<String> inTrace = new HashSet<>();
    stored.replay().entries().forEach(e -> e.forEach(n -> inTrace.add(n.chunkId())));
    var masked = new LinkedHashSet<ChunkId>();
    var errors = new ArrayList<FieldError>();
    for (int i = 0; i < chunkIds.size(); i++) {
      if (inTrace.contains(chunkIds.get(i))) {
        masked.add(ChunkId.parse(chunkIds.get(i)));
      } else {
        errors.add(
            new FieldError(
                "chunk_ids[" + i + "]", "not_allowed", "is not in the trace of the answer"));
      }
    }
    if (!errors.isEmpty()) {
      throw ApiException.wrongFields(ProblemCode.INVALID_PARAMETER, errors);
    }
    return masked;
  }

  /** The neighbours as they were; their texts are read again and must be of the same version. */
  private List<List<Neighbour>> neighbours(StoredAnswer stored, AccessScope scope) {
    Set<ChunkId> ids = new HashSet<>();
    for (List<ReplayNeighbour> entry : stored.replay().entries()) {
      for (ReplayNeighbour n : entry) {
        ChunkId id = ChunkId.parse(n.chunkId());
        ids.add(id);
        ids.add(id.next());
      }
    }
    Map<ChunkId, Chunk> chunks = rooms.searcher().chunks(ids, scope);
    Set<DocumentVersion> versions = new HashSet<>();
    chunks
        .values()
        .forEach(c -> versions.add(new DocumentVersion(c.id().documentId(), c.version())));
    Set<DocumentVersion> live =
        versions.isEmpty() ? Set.of() : rooms.documents().valid(versions, scope);
    var entries = new ArrayList<List<Neighbour>>();
    for (List<ReplayNeighbour> entry : stored.replay().entries()) {
      var neighbours = new ArrayList<Neighbour>();
      for (ReplayNeighbour n : entry) {
        neighbours.add(neighbour(n, chunks, live));
      }
      entries.add(neighbours);
    }
    return entries;
  }

  private static Neighbour neighbour(
      ReplayNeighbour kept, Map<ChunkId, Chunk> chunks, Set<DocumentVersion> live) {
    ChunkId id = ChunkId.parse(kept.chunkId());
    Chunk chunk = chunks.get(id);
    Chunk continuation = kept.continued() ? chunks.get(id.next()) : null;
    boolean continued =
        !kept.continued() || (continuation != null && continuation.version() == kept.version());
    if (chunk == null
        || chunk.version() != kept.version()
        || !live.contains(new DocumentVersion(id.documentId(), kept.version()))
        || !continued) {
      throw new ApiException(
          ProblemCode.VERSION_GONE, "a neighbour of the answer is no longer what it was");
    }
    return new Neighbour(
        chunk, continuation, kept.score(), kept.rank(), Neighbour.Source.valueOf(kept.source()));
  }
}
