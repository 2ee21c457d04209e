package io.retort.retriever;

import static java.util.Objects.requireNonNull;

import io.retort.data.AccessScope;
import io.retort.data.CandidateQuery;
import io.retort.data.Candidates;
import io.retort.data.Candidates.Candidate;
import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.DocumentVersion;
import io.retort.data.Embedding;
import io.retort.data.LiveVersions;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.data.ScopedSearcher;
import io.retort.data.SearchMode;
import io.retort.data.SearchTimeoutException;
import io.retort.encoder.TextEncoder;
import io.retort.retriever.ReciprocalRankFusion.Fused;
import io.retort.retriever.Retrieval.Degraded;
import io.retort.retriever.Retrieval.RawScores;
import io.retort.retriever.Retrieval.Timings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Text to neighbours: encodes the query, takes dense and lexical candidates inside the caller's
 * scope, fuses them, drops what the ledger no longer serves, and gives each of the best k its
 * continuation. Safe for use by many threads; closes nothing that it was given.
 */
public final class Retriever {
  /** How much wider the one further search is when too few candidates survive. */
  private static final int WIDER = 8;

  private final @Nullable TextEncoder encoder;
  private final Supplier<ScopedSearcher> searcher;
  private final LiveVersions liveVersions;
  private final IndexGaps gaps;

  /**
   * @param encoder null if none is loaded; then only lexical searches run
   * @param searcher asked once a retrieval, so that an index can be swapped between two
   */
  public Retriever(
      @Nullable TextEncoder encoder,
      Supplier<ScopedSearcher> searcher,
      LiveVersions liveVersions,
      IndexGaps gaps) {
    this.encoder = encoder;
    this.searcher = requireNonNull(searcher, "searcher");
    this.liveVersions = requireNonNull(liveVersions, "liveVersions");
    this.gaps = requireNonNull(gaps, "gaps");
  }

  /**
   * The neighbours of {@code request}, all of them inside {@code scope}.
   *
   * @throws SearchTimeoutException if the limits ran out; there is no shorter result
   * @throws EncoderMissingException if the mode needs an embedding and no encoder is loaded
   */
  public Retrieval retrieve(RetrievalRequest request, AccessScope scope, RequestLimits limits) {
    checkLimits(limits, "before encoding");
    long start = System.nanoTime();
    Embedding embedding = encode(request);
    long encoded = System.nanoTime();

    var search = new Search(searcher.get(), request, embedding, scope, limits);
    int candidates = Math.max(request.candidates(), request.k());
    Ranking ranking = search.rank(candidates);
    if (ranking.best.size() < request.k() && ranking.cutOff) {
      ranking = search.rank(Math.multiplyExact(candidates, WIDER));
    }
    List<Neighbour> neighbours = search.neighbours(ranking.best);
    checkLimits(limits, "after the search");
    long end = System.nanoTime();
    return new Retrieval(
        neighbours,
        ranking.rawScores,
        degraded(scope, neighbours.size() < request.k() && ranking.cutOff),
        new Timings(
            Duration.ofNanos(encoded - start), Duration.ofNanos(end - encoded), Duration.ZERO));
  }

  private @Nullable Embedding encode(RetrievalRequest request) {
    if (request.mode() == SearchMode.LEXICAL) {
      return null;
    }
    if (encoder == null) {
      throw new EncoderMissingException(request.mode());
    }
    return encoder.encodeQuery(request.query());
  }

  private @Nullable Degraded degraded(AccessScope scope, boolean exhausted) {
    long missing = gaps.missingChunks(scope);
    if (missing > 0) {
      return new Degraded(Degraded.Reason.INDEX_DAMAGED, missing);
    }
    if (encoder == null) {
      return new Degraded(Degraded.Reason.ENCODER_MISSING, null);
    }
    return exhausted ? new Degraded(Degraded.Reason.CANDIDATES_EXHAUSTED, null) : null;
  }

  private static void checkLimits(RequestLimits limits, String when) {
    if (limits.over()) {
      throw new SearchTimeoutException("the request's time ran out " + when);
    }
  }

  /**
   * @param best in fused order, at most k
   * @param cutOff whether the engine may hold more matches than it was asked for
   */
  private record Ranking(List<Hit> best, Map<ChunkId, RawScores> rawScores, boolean cutOff) {}

  private record Hit(Chunk chunk, double score, Neighbour.Source source) {}

  /** One request against one searcher. */
  private final class Search {
    private final ScopedSearcher index;
    private final RetrievalRequest request;
    private final @Nullable Embedding embedding;
    private final AccessScope scope;
    private final RequestLimits limits;

    Search(
        ScopedSearcher index,
        RetrievalRequest request,
        @Nullable Embedding embedding,
        AccessScope scope,
        RequestLimits limits) {
      this.index = index;
      this.request = request;
      this.embedding = embedding;
      this.scope = scope;
      this.limits = limits;
    }

    Ranking rank(int candidates) {
      Candidates found =
          index.search(
              new CandidateQuery(
                  request.query(), embedding, request.mode(), candidates, request.filters()),
              scope,
              limits);
      Map<ChunkId, Chunk> chunks = new HashMap<>();
      Map<ChunkId, Double> dense = collect(found.dense(), chunks);
      Map<ChunkId, Double> lexical = collect(found.lexical(), chunks);
      List<Hit> hits = new ArrayList<>();
      for (Fused fused :
          ReciprocalRankFusion.fuse(List.of(ids(found.dense()), ids(found.lexical())))) {
        hits.add(
            new Hit(
                requireNonNull(chunks.get(fused.id())),
                fused.score(),
                source(dense.containsKey(fused.id()), lexical.containsKey(fused.id()))));
      }
      List<Hit> best = best(served(hits));
      Map<ChunkId, RawScores> raw = new HashMap<>();
      for (Hit hit : best) {
        ChunkId id = hit.chunk.id();
        raw.put(id, new RawScores(dense.get(id), lexical.get(id)));
      }
      return new Ranking(
          best, raw, Math.max(found.dense().size(), found.lexical().size()) >= candidates);
    }

    /** Fence 2, on the distinct documents of all candidates, before the cut to k. */
    private List<Hit> served(List<Hit> hits) {
      Set<DocumentVersion> versions = new LinkedHashSet<>();
      for (Hit hit : hits) {
        versions.add(versionOf(hit.chunk));
      }
      if (versions.isEmpty()) {
        return hits;
      }
      checkLimits(limits, "before the ledger was asked");
      Set<DocumentVersion> live = liveVersions.valid(versions, scope);
      return hits.stream().filter(hit -> live.contains(versionOf(hit.chunk))).toList();
    }

    /** The first k different texts, with the cap on one document as long as others fill k. */
    private List<Hit> best(List<Hit> hits) {
      Set<String> texts = new HashSet<>();
      List<Hit> distinct =
          hits.stream().filter(hit -> texts.add(withoutSpacing(hit.chunk.text()))).toList();
      return DocumentCap.cut(
          distinct, request.k(), request.perDocument(), hit -> hit.chunk.id().documentId());
    }

    List<Neighbour> neighbours(List<Hit> best) {
      Set<ChunkId> next = new HashSet<>();
      for (Hit hit : best) {
        next.add(hit.chunk.id().next());
      }
      Map<ChunkId, Chunk> continuations = next.isEmpty() ? Map.of() : index.chunks(next, scope);
      List<Neighbour> neighbours = new ArrayList<>(best.size());
      for (Hit hit : best) {
        Chunk continuation = continuations.get(hit.chunk.id().next());
        if (continuation != null && continuation.version() != hit.chunk.version()) {
          continuation = null; // the document was replaced between the two reads
        }
        neighbours.add(
            new Neighbour(hit.chunk, continuation, hit.score, neighbours.size() + 1, hit.source));
      }
      return neighbours;
    }
  }

  private static Map<ChunkId, Double> collect(
      List<Candidate> candidates, Map<ChunkId, Chunk> chunks) {
    Map<ChunkId, Double> scores = new HashMap<>();
    for (Candidate candidate : candidates) {
      chunks.put(candidate.chunk().id(), candidate.chunk());
      scores.put(candidate.chunk().id(), candidate.score());
    }
    return scores;
  }

  private static List<ChunkId> ids(List<Candidate> candidates) {
    return candidates.stream().map(candidate -> candidate.chunk().id()).toList();
  }

  private static Neighbour.Source source(boolean dense, boolean lexical) {
    if (dense && lexical) {
      return Neighbour.Source.BOTH;
    }
    return dense ? Neighbour.Source.DENSE : Neighbour.Source.LEXICAL;
  }

  private static DocumentVersion versionOf(Chunk chunk) {
    return new DocumentVersion(chunk.id().documentId(), chunk.version());
  }

  /** Texts that differ in white space alone are equal: chunks begin with what parted them. */
  private static String withoutSpacing(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
