package io.retort.retriever;

import static io.retort.retriever.TestChunks.plenty;
import static io.retort.retriever.TestChunks.scope;
import static io.retort.retriever.TestChunks.unit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.retort.data.AccessScope;
import io.retort.data.CancelSignal;
import io.retort.data.CandidateQuery;
import io.retort.data.Candidates;
import io.retort.data.Candidates.Candidate;
import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Deadline;
import io.retort.data.DocumentVersion;
import io.retort.data.Embedding;
import io.retort.data.Filter;
import io.retort.data.IndexManifest;
import io.retort.data.LiveVersions;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.data.ScopedSearcher;
import io.retort.data.SearchMode;
import io.retort.data.SearchTimeoutException;
import io.retort.data.TextSpan;
import io.retort.encoder.TextEncoder;
import io.retort.retriever.Retrieval.Degraded;
import io.retort.retriever.Retrieval.RawScores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetrieverTest {
  private static final AccessScope SCOPE = scope("c");
  private static final LiveVersions EVERYTHING_LIVES = (found, scope) -> found;

  private final FakeSearcher searcher = new FakeSearcher();

  @Test
  void bothListsAreFusedAndSaidToBe() {
    searcher.dense("a:0", "b:0");
    searcher.lexical("b:0", "d:0");

    Retrieval retrieval = retriever().retrieve(RetrievalRequest.of("kea", 3), SCOPE, plenty());

    assertThat(ids(retrieval)).containsExactly("b:0", "a:0", "d:0");
    assertThat(retrieval.neighbours())
        .extracting(Neighbour::source)
        .containsExactly(Neighbour.Source.BOTH, Neighbour.Source.DENSE, Neighbour.Source.LEXICAL);
    assertThat(retrieval.neighbours()).extracting(Neighbour::rank).containsExactly(1, 2, 3);
    assertThat(retrieval.neighbours().getFirst().score())
        .isCloseTo(1.0 / 62 + 1.0 / 61, within(1e-15));
    assertThat(retrieval.degraded()).isNull();
    assertThat(retrieval.rawScores())
        .containsEntry(new ChunkId("a", 0), new RawScores(1.0, null))
        .containsEntry(new ChunkId("b", 0), new RawScores(0.5, 1.0))
        .hasSize(3);
  }

  @Test
  void modeFiltersAndCandidatesReachTheSearcherWithTheCallersScope() {
    searcher.dense("a:0");
    var filters = List.<Filter>of(new Filter.Exists("tags"));
    retriever()
        .retrieve(
            new RetrievalRequest("kea", 3, SearchMode.DENSE, filters, 20, 2), SCOPE, plenty());

    CandidateQuery asked = searcher.asked.getFirst();
    assertThat(asked.mode()).isEqualTo(SearchMode.DENSE);
    assertThat(asked.filters()).isEqualTo(filters);
    assertThat(asked.candidates()).isEqualTo(20);
    assertThat(asked.embedding()).isEqualTo(FakeEncoder.QUERY);
    assertThat(searcher.scopes).containsOnly(SCOPE);
  }

  @Test
  void atLeastKCandidatesAreAskedFor() {
    var request = new RetrievalRequest("kea", 32, SearchMode.HYBRID, List.of(), 10, 32);
    retriever().retrieve(request, SCOPE, plenty());

    assertThat(searcher.asked.getFirst().candidates()).isEqualTo(32);
  }

  @Test
  void aNeighbourHasItsContinuationWhereTheDocumentGoesOn() {
    searcher.dense("a:0", "a:1");
    searcher.stored("a:0", "a:1");

    Retrieval retrieval = retriever().retrieve(RetrievalRequest.of("kea", 2), SCOPE, plenty());

    assertThat(retrieval.neighbours().get(0).continuation()).isEqualTo(chunk("a:1", 1));
    assertThat(retrieval.neighbours().get(1).continuation()).isNull();
  }

  @Test
  void aContinuationOfAnotherVersionIsNone() {
    searcher.dense("a:0");
    searcher.stored.put(new ChunkId("a", 1), chunk("a:1", 2));

    Retrieval retrieval = retriever().retrieve(RetrievalRequest.of("kea", 1), SCOPE, plenty());

    assertThat(retrieval.neighbours().getFirst().continuation()).isNull();
  }

  @Test
  void whatTheLedgerNoLongerServesIsDroppedBeforeTheCut() {
    searcher.dense("dead:0", "a:0", "dead:1", "b:0");
    var asked = new ArrayList<Set<DocumentVersion>>();
    LiveVersions ledger =
        (found, scope) -> {
          assertThat(scope).isEqualTo(SCOPE);
          asked.add(found);
          Set<DocumentVersion> live = new HashSet<>(found);
          live.remove(new DocumentVersion("dead", 1));
          return live;
        };

    Retrieval retrieval =
        retriever(ledger).retrieve(RetrievalRequest.of("kea", 2), SCOPE, plenty());

    assertThat(ids(retrieval)).containsExactly("a:0", "b:0");
    assertThat(retrieval.neighbours()).extracting(Neighbour::rank).containsExactly(1, 2);
    assertThat(asked)
        .containsExactly(
            Set.of(
                new DocumentVersion("dead", 1),
                new DocumentVersion("a", 1),
                new DocumentVersion("b", 1)));
  }

  @Test
  void aLedgerThatCannotBeReadClosesTheSearch() {
    searcher.dense("a:0");
    LiveVersions broken =
        (found, scope) -> {
          throw new IllegalStateException("ledger down");
        };

    assertThatThrownBy(
            () -> retriever(broken).retrieve(RetrievalRequest.of("kea", 1), SCOPE, plenty()))
        .hasMessage("ledger down");
  }

  @Test
  void tooFewSurvivorsOfAFullListMeanOneWiderSearch() {
    String[] dead = new String[50];
    for (int i = 0; i < dead.length; i++) {
      dead[i] = "dead:" + i;
    }
    searcher.dense(dead);
    searcher.dense.addAll(candidates("a:0", "b:0"));
    LiveVersions ledger =
        (found, scope) ->
            found.stream()
                .filter(version -> !version.documentId().equals("dead"))
                .collect(java.util.stream.Collectors.toSet());

    Retrieval retrieval =
        retriever(ledger).retrieve(RetrievalRequest.of("kea", 2), SCOPE, plenty());

    assertThat(searcher.asked).extracting(CandidateQuery::candidates).containsExactly(50, 400);
    assertThat(ids(retrieval)).containsExactly("a:0", "b:0");
    assertThat(retrieval.degraded()).isNull();
  }

  @Test
  void fewerThanKBecauseFewerMatchIsNotDegraded() {
    searcher.lexical("a:0");
    var request = new RetrievalRequest("kea", 5, SearchMode.LEXICAL, List.of(), 50, 5);

    Retrieval retrieval = retriever().retrieve(request, SCOPE, plenty());

    assertThat(ids(retrieval)).containsExactly("a:0");
    assertThat(retrieval.degraded()).isNull();
    assertThat(searcher.asked).hasSize(1);
  }

  @Test
  void aListThatStaysShortThoughThereWasMoreIsDegraded() {
    for (int i = 0; i < 500; i++) {
      searcher.dense.addAll(candidates("dead:" + i));
    }

    Retrieval retrieval =
        retriever((found, scope) -> Set.of())
            .retrieve(RetrievalRequest.of("kea", 2), SCOPE, plenty());

    assertThat(retrieval.neighbours()).isEmpty();
    assertThat(retrieval.degraded())
        .isEqualTo(new Degraded(Degraded.Reason.CANDIDATES_EXHAUSTED, null));
  }

  @Test
  void missingChunksAreSaid() {
    searcher.dense("a:0");
    var retriever = new Retriever(new FakeEncoder(), () -> searcher, EVERYTHING_LIVES, scope -> 12);

    assertThat(retriever.retrieve(RetrievalRequest.of("kea", 1), SCOPE, plenty()).degraded())
        .isEqualTo(new Degraded(Degraded.Reason.INDEX_DAMAGED, 12L));
  }

  @Test
  void equalTextsAreOneNeighbour() {
    searcher.dense("a:0", "b:0", "d:0");
    searcher.texts.put("a:0", "The same\ntext.");
    searcher.texts.put("b:0", "  The same  text. ");

    Retrieval retrieval = retriever().retrieve(RetrievalRequest.of("kea", 3), SCOPE, plenty());

    assertThat(ids(retrieval)).containsExactly("a:0", "d:0");
  }

  @Test
  void oneDocumentFillsNoMoreThanItsShareWhileOthersCan() {
    searcher.dense("a:0", "a:1", "a:2", "b:0", "d:0", "e:0");
    var request = new RetrievalRequest("kea", 4, SearchMode.DENSE, List.of(), 50, 2);

    assertThat(ids(retriever().retrieve(request, SCOPE, plenty())))
        .containsExactly("a:0", "a:1", "b:0", "d:0");
  }

  @Test
  void oneDocumentFillsTheRestWhereOthersDoNotAndTheOrderStaysThatOfTheScores() {
    searcher.dense("a:0", "a:1", "a:2", "a:3", "b:0");
    var request = new RetrievalRequest("kea", 4, SearchMode.DENSE, List.of(), 50, 2);

    Retrieval retrieval = retriever().retrieve(request, SCOPE, plenty());

    assertThat(ids(retrieval)).containsExactly("a:0", "a:1", "a:2", "b:0");
    assertThat(retrieval.neighbours())
        .isSortedAccordingTo((x, y) -> Double.compare(y.score(), x.score()));
  }

  @Test
  void withoutEncoderLexicalRunsAndSaysSoAndTheRestIsRefused() {
    searcher.lexical("a:0");
    var retriever = new Retriever(null, () -> searcher, EVERYTHING_LIVES, IndexGaps.NONE);
    var lexical = new RetrievalRequest("kea", 1, SearchMode.LEXICAL, List.of(), 50, 1);

    Retrieval retrieval = retriever.retrieve(lexical, SCOPE, plenty());
    assertThat(ids(retrieval)).containsExactly("a:0");
    assertThat(retrieval.degraded()).isEqualTo(new Degraded(Degraded.Reason.ENCODER_MISSING, null));
    assertThat(retrieval.timings().retrieve()).isPositive();

    assertThatThrownBy(() -> retriever.retrieve(RetrievalRequest.of("kea", 1), SCOPE, plenty()))
        .isInstanceOf(EncoderMissingException.class)
        .hasMessageContaining("hybrid")
        .hasMessageContaining("lexical");
  }

  @Test
  void aLexicalSearchEncodesNothing() {
    var lexical = new RetrievalRequest("kea", 1, SearchMode.LEXICAL, List.of(), 50, 1);
    retriever().retrieve(lexical, SCOPE, plenty());

    assertThat(searcher.asked.getFirst().embedding()).isNull();
  }

  @Test
  void aRequestThatIsOverIsNotSearched() {
    var late = new RequestLimits(Deadline.in(Duration.ZERO), new CancelSignal());

    assertThatThrownBy(() -> retriever().retrieve(RetrievalRequest.of("kea", 1), SCOPE, late))
        .isInstanceOf(SearchTimeoutException.class);
    assertThat(searcher.asked).isEmpty();
  }

  @Test
  void aRequestThatRunsOutAtTheLedgerIsNoShorterResult() {
    searcher.dense("a:0");
    var limits = plenty();
    LiveVersions slow =
        (found, scope) -> {
          limits.cancel().cancel();
          return found;
        };

    assertThatThrownBy(() -> retriever(slow).retrieve(RetrievalRequest.of("kea", 1), SCOPE, limits))
        .isInstanceOf(SearchTimeoutException.class);
  }

  private Retriever retriever() {
    return retriever(EVERYTHING_LIVES);
  }

  private Retriever retriever(LiveVersions ledger) {
    return new Retriever(new FakeEncoder(), () -> searcher, ledger, IndexGaps.NONE);
  }

  private static List<String> ids(Retrieval retrieval) {
    return retrieval.neighbours().stream().map(n -> n.chunk().id().toString()).toList();
  }

  private static Chunk chunk(String id, int version) {
    return new Chunk(
        ChunkId.parse(id), version, "c", "title", "", new TextSpan(0, 4), null, "text " + id);
  }

  private List<Candidate> candidates(String... ids) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      Chunk plain = chunk(ids[i], 1);
      candidates.add(new Candidate(plain, 1.0 / (i + 1)));
    }
    return candidates;
  }

  private Retrieval reranked(RetrievalRequest request, Reranker.Relevance relevance) {
    return new Reranker(retriever(), relevance).retrieve(request, "what?", SCOPE, plenty());
  }

  /** What is named first is the most relevant. */
  private static Reranker.Relevance prefers(String... ids) {
    List<String> order = List.of(ids);
    return (question, candidates, limits) ->
        candidates.stream()
            .mapToDouble(candidate -> 1.0 / (1 + order.indexOf(candidate.chunk().id().toString())))
            .toArray();
  }

  @Test
  void theSecondOrderIsFusedWithTheFirst() {
    searcher.dense("a:0", "b:0", "c:0");

    Retrieval retrieval = reranked(RetrievalRequest.of("kea", 2), prefers("c:0", "a:0", "b:0"));

    assertThat(ids(retrieval)).containsExactly("a:0", "c:0");
    assertThat(retrieval.neighbours()).extracting(Neighbour::rank).containsExactly(1, 2);
    assertThat(retrieval.neighbours().getFirst().score())
        .isCloseTo(1.0 / 61 + 1.0 / 62, within(1e-15));
    assertThat(retrieval.timings().rerank()).isPositive();
  }

  @Test
  void equallyRelevantCandidatesStayAsTheyWereFound() {
    searcher.dense("c:0", "b:0", "a:0");

    Retrieval retrieval =
        reranked(
            RetrievalRequest.of("kea", 3), (question, found, limits) -> new double[] {5, 5, 5});

    assertThat(ids(retrieval)).containsExactly("c:0", "b:0", "a:0");
  }

  @Test
  void asManyAreReadAsTheDepthOrAsAreWanted() {
    for (int i = 0; i < 40; i++) {
      searcher.dense("d" + i + ":0");
    }
    var read = new ArrayList<Integer>();
    Reranker.Relevance relevance =
        (question, candidates, limits) -> {
          assertThat(question).isEqualTo("what?");
          read.add(candidates.size());
          return new double[candidates.size()];
        };

    assertThat(reranked(RetrievalRequest.of("kea", 4), relevance).neighbours()).hasSize(4);
    assertThat(reranked(RetrievalRequest.of("kea", 32), relevance).neighbours()).hasSize(32);
    assertThat(read).containsExactly(Reranker.DEPTH, 32);
  }

  @Test
  void theCapOnADocumentHoldsForTheSecondOrderToo() {
    searcher.dense("a:0", "b:0", "a:1", "c:0", "a:2");
    var request = new RetrievalRequest("kea", 3, SearchMode.HYBRID, List.of(), 50, 1);

    Retrieval retrieval = reranked(request, prefers("a:2", "a:1", "a:0", "c:0", "b:0"));

    assertThat(retrieval.neighbours())
        .extracting(neighbour -> neighbour.chunk().id().documentId())
        .containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void fewerThanAreReadIsNoLossAndFewerThanAreWantedIs() {
    searcher.dense("a:0", "b:0", "c:0");
    var two = new RetrievalRequest("kea", 2, SearchMode.DENSE, List.of(), 3, 2);
    assertThat(reranked(two, prefers("a:0", "b:0", "c:0")).degraded()).isNull();
  }

  @Test
  void halfAnOrderIsNone() {
    searcher.dense("a:0", "b:0");
    assertThatThrownBy(
            () ->
                reranked(RetrievalRequest.of("kea", 2), (question, found, limits) -> new double[1]))
        .isInstanceOf(SearchTimeoutException.class);
  }

  private static final class FakeEncoder implements TextEncoder {
    static final Embedding QUERY = unit(1, 0);

    @Override
    public String fingerprint() {
      return "encoder-1";
    }

    @Override
    public int dimension() {
      return 2;
    }

    @Override
    public int tokens(String text) {
      return text.length();
    }

    @Override
    public long nativeBytes() {
      return 0;
    }

    @Override
    public int maxTokens() {
      return 512;
    }

    @Override
    public Embedding encodePassage(String title, String text) {
      return QUERY;
    }

    @Override
    public Embedding encodeQuery(String question) {
      return QUERY;
    }

    @Override
    public List<Embedding> encode(List<String> texts) {
      return texts.stream().map(text -> QUERY).toList();
    }

    @Override
    public void close() {}
  }

  /** Gives prepared lists, and remembers what it was asked. */
  private final class FakeSearcher implements ScopedSearcher {
    final List<Candidate> dense = new ArrayList<>();
    final List<Candidate> lexical = new ArrayList<>();
    final Map<ChunkId, Chunk> stored = new HashMap<>();
    final Map<String, String> texts = new HashMap<>();
    final List<CandidateQuery> asked = new ArrayList<>();
    final List<AccessScope> scopes = new ArrayList<>();

    void dense(String... ids) {
      dense.addAll(candidates(ids));
    }

    void lexical(String... ids) {
      lexical.addAll(candidates(ids));
    }

    void stored(String... ids) {
      for (String id : ids) {
        stored.put(ChunkId.parse(id), chunk(id, 1));
      }
    }

    @Override
    public Candidates search(CandidateQuery query, AccessScope scope, RequestLimits limits) {
      asked.add(query);
      scopes.add(scope);
      return new Candidates(first(dense, query), first(lexical, query));
    }

    private List<Candidate> first(List<Candidate> candidates, CandidateQuery query) {
      return candidates.stream().limit(query.candidates()).map(this::withText).toList();
    }

    private Candidate withText(Candidate candidate) {
      Chunk chunk = candidate.chunk();
      String text = texts.getOrDefault(chunk.id().toString(), chunk.text());
      return new Candidate(
          new Chunk(
              chunk.id(),
              chunk.version(),
              chunk.collection(),
              chunk.title(),
              chunk.heading(),
              chunk.span(),
              chunk.page(),
              text),
          candidate.score());
    }

    @Override
    public Map<ChunkId, Chunk> chunks(Set<ChunkId> ids, AccessScope scope) {
      scopes.add(scope);
      Map<ChunkId, Chunk> found = new HashMap<>(stored);
      found.keySet().retainAll(ids);
      return found;
    }

    @Override
    public long countChunks(String collection) {
      return stored.size();
    }

    @Override
    public IndexManifest manifest() {
      return TestChunks.manifest(2);
    }

    @Override
    public void close() {}
  }
}
