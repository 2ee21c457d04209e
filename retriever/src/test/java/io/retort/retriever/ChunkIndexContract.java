package io.retort.retriever;

import static io.retort.retriever.TestChunks.block;
import static io.retort.retriever.TestChunks.plenty;
import static io.retort.retriever.TestChunks.scope;
import static io.retort.retriever.TestChunks.unit;
import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingDouble;
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
import io.retort.data.ChunkWriter;
import io.retort.data.ChunkWriter.IndexedVersion;
import io.retort.data.Deadline;
import io.retort.data.DocumentBlock;
import io.retort.data.Embedding;
import io.retort.data.Filter;
import io.retort.data.IndexManifest;
import io.retort.data.IndexMismatchException;
import io.retort.data.RequestLimits;
import io.retort.data.ScopedSearcher;
import io.retort.data.SearchMode;
import io.retort.data.SearchTimeoutException;
import io.retort.data.TextSpan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every chunk index promises, whatever engine is behind it. */
public abstract class ChunkIndexContract {
  private static final int DIMENSION = 4;
  private static final IndexManifest MANIFEST = TestChunks.manifest(DIMENSION);
  private static final Embedding EAST = unit(1, 0, 0, 0);
  private static final Embedding NORTH = unit(0, 1, 0, 0);
  private static final Embedding NORTH_EAST = unit(1, 1, 0, 0);

  /** The two faces of one index. */
  public interface Index extends AutoCloseable {
    ChunkWriter writer();

    ScopedSearcher searcher();

    @Override
    void close();
  }

  private Index index;

  /** An empty index the first time, what was committed to it each time after. */
  protected abstract Index open(IndexManifest manifest);

  @BeforeEach
  void openIndex() {
    index = open(MANIFEST);
  }

  @AfterEach
  void closeIndex() {
    index.close();
  }

  @Test
  void nothingIsVisibleBeforeTheCommit() {
    index.writer().replace(block("a", 1, "c", "kea", EAST));

    assertThat(index.searcher().countChunks("c")).isZero();
    assertThat(ids(search(hybrid("kea", EAST), scope("c")).dense())).isEmpty();
    assertThat(index.writer().committedDocuments()).isEmpty();

    index.writer().commit(1);

    assertThat(index.searcher().countChunks("c")).isEqualTo(1);
    assertThat(ids(search(hybrid("kea", EAST), scope("c")).dense())).containsExactly("a:0");
    assertThat(ids(search(hybrid("kea", EAST), scope("c")).lexical())).containsExactly("a:0");
  }

  @Test
  void aChunkComesBackAsItWasWritten() {
    DocumentBlock block =
        block("a", 1, "c", List.of("Leave policy 🌴\n\n", "Employees may"), List.of(EAST, NORTH));
    index.writer().replace(block);
    index.writer().commit(1);

    var ids = Set.of(new ChunkId("a", 0), new ChunkId("a", 1), new ChunkId("a", 2));
    Map<ChunkId, Chunk> found = index.searcher().chunks(ids, scope("c"));

    assertThat(found).containsOnlyKeys(new ChunkId("a", 0), new ChunkId("a", 1));
    assertThat(found.get(new ChunkId("a", 0))).isEqualTo(block.chunks().get(0).chunk());
    assertThat(found.get(new ChunkId("a", 1))).isEqualTo(block.chunks().get(1).chunk());
  }

  @Test
  void aChunkWithoutPageKeepsNone() {
    var chunk = new Chunk(new ChunkId("a", 0), 1, "c", "", "Rest", new TextSpan(0, 3), null, "kea");
    index
        .writer()
        .replace(
            new DocumentBlock(
                "a",
                1,
                1,
                "c",
                "a.txt",
                "text/plain",
                List.of(),
                Map.of(),
                TestChunks.ADDED,
                List.of(new io.retort.data.EncodedChunk(chunk, EAST))));
    index.writer().commit(1);

    assertThat(index.searcher().chunks(Set.of(chunk.id()), scope("c")))
        .containsEntry(chunk.id(), chunk);
  }

  @Test
  void aBlockTakesThePlaceOfTheWholeDocument() {
    index.writer().replace(block("a", 1, "c", List.of("kea", "kaka"), List.of(EAST, NORTH)));
    index.writer().commit(1);
    index
        .writer()
        .replace(block("a", 2, 2, "c", List.of(), Map.of(), List.of("moa"), List.of(EAST)));
    index.writer().commit(2);

    assertThat(index.writer().committedDocuments())
        .isEqualTo(Map.of("a", new IndexedVersion(2, 2, 1)));
    assertThat(ids(search(lexical("kea kaka moa"), scope("c")).lexical())).containsExactly("a:0");
    assertThat(search(lexical("moa"), scope("c")).lexical().getFirst().chunk().version())
        .isEqualTo(2);
  }

  @Test
  void anOvertakenBlockIsDropped() {
    index.writer().replace(block("a", 5, "c", "moa", EAST));
    index.writer().replace(block("a", 4, "c", "kea", EAST));
    index.writer().commit(5);
    assertThat(ids(search(lexical("kea"), scope("c")).lexical())).isEmpty();

    index.writer().replace(block("a", 3, "c", "kea", EAST));
    index.writer().commit(5);
    assertThat(ids(search(lexical("kea"), scope("c")).lexical())).isEmpty();
    assertThat(ids(search(lexical("moa"), scope("c")).lexical())).containsExactly("a:0");
  }

  @Test
  void theSameBlockAgainChangesNothing() {
    index.writer().replace(block("a", 5, "c", "moa", EAST));
    index.writer().commit(5);
    index.writer().replace(block("a", 5, "c", "moa", EAST));
    index.writer().commit(5);

    assertThat(index.searcher().countChunks("c")).isEqualTo(1);
  }

  @Test
  void aDocumentWithoutChunksLeavesNothingOfItsFormerVersion() {
    index.writer().replace(block("a", 1, "c", "kea", EAST));
    index.writer().commit(1);
    index.writer().replace(block("a", 2, "c", List.of(), List.of()));
    index.writer().commit(2);

    assertThat(index.searcher().countChunks("c")).isZero();
  }

  @Test
  void aDeletedDocumentIsGoneWithTheCommit() {
    index.writer().replace(block("a", 1, "c", List.of("kea", "kaka"), List.of(EAST, NORTH)));
    index.writer().replace(block("b", 2, "c", "kea", EAST));
    index.writer().commit(2);
    index.writer().delete("a");
    assertThat(index.searcher().countChunks("c")).isEqualTo(3);
    index.writer().commit(3);

    assertThat(index.searcher().countChunks("c")).isEqualTo(1);
    assertThat(ids(search(hybrid("kea kaka", EAST), scope("c")).lexical())).containsExactly("b:0");
    assertThat(ids(search(hybrid("kea kaka", EAST), scope("c")).dense())).containsExactly("b:0");
    assertThat(index.searcher().chunks(Set.of(new ChunkId("a", 0)), scope("c"))).isEmpty();
  }

  @Test
  void committedWorkIsThereAfterReopeningAndTheRestIsNot() {
    index.writer().replace(block("a", 7, "c", List.of("kea", "kaka"), List.of(EAST, NORTH)));
    index.writer().commit(9);
    index.writer().replace(block("b", 10, "c", "moa", EAST));
    index.close();

    index = open(MANIFEST);

    assertThat(index.writer().committedSeq()).isEqualTo(9);
    assertThat(index.writer().committedDocuments())
        .isEqualTo(Map.of("a", new IndexedVersion(1, 7, 2)));
    assertThat(ids(search(lexical("kea"), scope("c")).lexical())).contains("a:0");
    assertThat(ids(search(lexical("moa"), scope("c")).lexical())).isEmpty();
    assertThat(index.searcher().manifest()).isEqualTo(MANIFEST);
  }

  @Test
  void anEmptyIndexAnswersEverySearch() {
    assertThat(index.writer().committedSeq()).isZero();
    assertThat(search(hybrid("kea", EAST), scope("c")).dense()).isEmpty();
    assertThat(search(hybrid("kea", EAST), scope("c")).lexical()).isEmpty();
  }

  @Test
  void denseOrdersByDotProduct() {
    index.writer().replace(block("a", 1, "c", "one", NORTH));
    index.writer().replace(block("b", 2, "c", "two", NORTH_EAST));
    index.writer().replace(block("d", 3, "c", "three", EAST));
    index.writer().commit(3);

    List<Candidate> dense = search(hybrid("four", EAST), scope("c")).dense();

    assertThat(ids(dense)).containsExactly("d:0", "b:0", "a:0");
    assertThat(dense.get(0).score()).isCloseTo(1, within(1e-6));
    assertThat(dense.get(1).score()).isCloseTo(Math.sqrt(0.5), within(1e-6));
    assertThat(dense.get(2).score()).isCloseTo(0, within(1e-6));
  }

  @Test
  void eachModeRunsItsOwnSearches() {
    index.writer().replace(block("a", 1, "c", "kea", EAST));
    index.writer().commit(1);

    Candidates dense =
        search(new CandidateQuery("kea", EAST, SearchMode.DENSE, 5, List.of()), scope("c"));
    assertThat(dense.dense()).hasSize(1);
    assertThat(dense.lexical()).isEmpty();
    Candidates lexical = search(lexical("kea"), scope("c"));
    assertThat(lexical.dense()).isEmpty();
    assertThat(lexical.lexical()).hasSize(1);
  }

  @Test
  void lexicalFindsTitleAndTextWhateverTheirCaseEndingAndAccents() {
    index.writer().replace(block("a", 1, "c", "The Keas were nesting at a café.", EAST));
    index.writer().commit(1);

    assertThat(ids(search(lexical("kea NESTS"), scope("c")).lexical())).containsExactly("a:0");
    assertThat(ids(search(lexical("cafe"), scope("c")).lexical())).containsExactly("a:0");
    assertThat(ids(search(lexical("title"), scope("c")).lexical())).containsExactly("a:0");
    assertThat(ids(search(lexical("weka"), scope("c")).lexical())).isEmpty();
  }

  @Test
  void lexicalFindsAChunkByTheWordsOfItsContinuation() {
    index.writer().replace(block("a", 1, "c", List.of("kea", "kaka"), List.of(EAST, NORTH)));
    index.writer().commit(1);

    assertThat(ids(search(lexical("kea kaka"), scope("c")).lexical()))
        .containsExactly("a:0", "a:1");
  }

  @Test
  void equalScoresGoToTheSmallerChunkId() {
    for (String id : List.of("d", "b", "e", "a", "f")) {
      index.writer().replace(block(id, 1, "c", List.of("kea", "kea"), List.of(EAST, EAST)));
      index.writer().commit(1);
    }

    Candidates found = search(hybrid("kea", EAST, 7), scope("c"));

    var expected = List.of("a:0", "a:1", "b:0", "b:1", "d:0", "d:1", "e:0");
    assertThat(ids(found.dense())).isSortedAccordingTo(comparing(ChunkId::parse));
    assertThat(ids(search(hybrid("kea", EAST, 50), scope("c")).dense()).subList(0, 7))
        .isEqualTo(expected);
    assertThat(ids(found.lexical())).hasSize(7);
    assertThat(found.lexical())
        .isSortedAccordingTo(
            comparingDouble(Candidate::score).reversed().thenComparing(c -> c.chunk().id()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*:*",
        "collection:secret",
        "kea) OR (collection:secret",
        "\"kea\"~2 AND -collection:c",
        "/.*/",
        "[* TO *]",
        "{!q.op=OR}kea",
        "kea\u0000collection",
        "${jndi:ldap://x}",
        "' OR '1'='1",
        "\ud83d\ude00",
        ""
      })
  void queryTextIsWordsAndNothingElse(String text) {
    index.writer().replace(block("a", 1, "c", "kea", EAST));
    index.writer().replace(block("s", 2, "secret", "kea collection secret to or and", EAST));
    index.writer().commit(2);

    Candidates found = search(hybrid(text, EAST), scope("c"));

    assertThat(ids(found.dense())).containsExactly("a:0");
    assertThat(ids(found.lexical())).isSubsetOf("a:0");
  }

  @Test
  void aLongQueryIsSearched() {
    index.writer().replace(block("a", 1, "c", "kea", EAST));
    index.writer().commit(1);
    var text = new StringBuilder("kea");
    for (int i = 0; i < 5_000; i++) {
      text.append(" w").append(i);
    }

    assertThat(ids(search(lexical(text.toString()), scope("c")).lexical())).containsExactly("a:0");
  }

  @Test
  void anEmptyScopeSeesNothing() {
    index.writer().replace(block("a", 1, "c", "kea", EAST));
    index.writer().commit(1);

    Candidates found = search(hybrid("kea", EAST), scope());

    assertThat(found.dense()).isEmpty();
    assertThat(found.lexical()).isEmpty();
    assertThat(index.searcher().chunks(Set.of(new ChunkId("a", 0)), scope())).isEmpty();
  }

  @Test
  void noSearchLeavesItsScope() {
    long seed = 20261125;
    var random = new Random(seed);
    Map<String, String> collectionOf = new HashMap<>();
    List<Embedding> vectors = new ArrayList<>();
    for (int d = 0; d < 120; d++) {
      String collection = "c" + random.nextInt(6);
      String id = "doc%03d".formatted(d);
      collectionOf.put(id, collection);
      Embedding vector = TestChunks.random(random, DIMENSION);
      vectors.add(vector);
      index
          .writer()
          .replace(block(id, d, collection, List.of("kea", "weka"), List.of(vector, vector)));
      if (random.nextInt(20) == 0) {
        index.writer().commit(d);
      }
    }
    index.writer().commit(120);

    for (int i = 0; i < 200; i++) {
      Set<String> allowed = new HashSet<>();
      for (int c = 0; c < 6; c++) {
        if (random.nextInt(3) == 0) {
          allowed.add("c" + c);
        }
      }
      AccessScope scope = new AccessScope("tester", allowed);
      Embedding query = vectors.get(random.nextInt(vectors.size()));
      Candidates found = search(hybrid("kea weka", query, 1 + random.nextInt(50)), scope);
      Set<ChunkId> asked = new HashSet<>();
      collectionOf.keySet().forEach(id -> asked.add(new ChunkId(id, 0)));

      assertThat(
              Stream.of(
                      found.dense().stream().map(Candidate::chunk),
                      found.lexical().stream().map(Candidate::chunk),
                      index.searcher().chunks(asked, scope).values().stream())
                  .flatMap(chunks -> chunks))
          .as("seed %d, search %d, scope %s", seed, i, allowed)
          .allSatisfy(chunk -> assertThat(allowed).contains(chunk.collection()))
          .allSatisfy(
              chunk ->
                  assertThat(chunk.collection())
                      .isEqualTo(collectionOf.get(chunk.id().documentId())));
    }
  }

  @Test
  void aRareCollectionIsSearchedInFull() {
    var random = new Random(7);
    for (int d = 0; d < 400; d++) {
      index
          .writer()
          .replace(
              block(
                  "d%03d".formatted(d),
                  d,
                  d % 40 == 0 ? "rare" : "common",
                  "kea",
                  TestChunks.random(random, DIMENSION)));
    }
    index.writer().commit(400);

    Candidates found = search(hybrid("kea", EAST, 10), scope("rare"));

    assertThat(found.dense()).hasSize(10);
    assertThat(found.lexical()).hasSize(10);
  }

  static Stream<Arguments> filters() {
    Instant day = Instant.parse("2026-03-01T00:00:00Z");
    return Stream.of(
        Arguments.of(any("document_id", "a", "d"), "a d"),
        Arguments.of(any("path", "folder/b.txt"), "b"),
        Arguments.of(any("media_type", "text/plain"), "a b d"),
        Arguments.of(any("tags", "hr"), "a b"),
        Arguments.of(any("tags", "it", "hr"), "a b d"),
        Arguments.of(any("page", 1L), "a b d"),
        Arguments.of(any("page", 2L), ""),
        Arguments.of(any("added_at", TestChunks.ADDED), "a b d"),
        Arguments.of(any("metadata.year", 2025L), "a"),
        Arguments.of(any("metadata.year", 2025.0), "a"),
        Arguments.of(any("metadata.weight", 1L, 2.5), "a b"),
        Arguments.of(any("metadata.open", true), "a"),
        Arguments.of(any("metadata.office", "Lisbon"), "b"),
        Arguments.of(any("metadata.office", "lisbon"), ""),
        Arguments.of(any("metadata.office", "Lis*"), ""),
        Arguments.of(any("metadata.signed", day), "d"),
        Arguments.of(any("metadata.unknown", "x"), ""),
        Arguments.of(range("metadata.year", 2025L, true, null, true), "a b"),
        Arguments.of(range("metadata.year", 2025L, false, null, true), "b"),
        Arguments.of(range("metadata.year", null, true, 2026L, false), "a"),
        Arguments.of(range("metadata.year", 2024.5, false, 2025.5, false), "a"),
        Arguments.of(range("metadata.year", 2025.0, false, 2026.0, true), "b"),
        Arguments.of(range("metadata.year", 2027L, true, 2026L, true), ""),
        Arguments.of(range("metadata.weight", 1L, true, 2L, true), "a"),
        Arguments.of(range("metadata.weight", 1.0, false, 2.5, true), "b"),
        Arguments.of(range("metadata.weight", 1.0, false, 2.5, false), ""),
        Arguments.of(range("metadata.year", Long.MAX_VALUE, false, null, true), ""),
        Arguments.of(range("metadata.year", null, true, Long.MIN_VALUE, false), ""),
        Arguments.of(range("metadata.year", 1e300, true, null, true), ""),
        Arguments.of(range("metadata.signed", day, true, null, true), "d"),
        Arguments.of(range("metadata.signed", day, false, null, true), ""),
        Arguments.of(range("metadata.signed", null, true, day, true), "d"),
        Arguments.of(
            range("added_at", TestChunks.ADDED.minusMillis(1), false, null, true), "a b d"),
        Arguments.of(new Filter.Prefix("path", "folder/"), "a b d"),
        Arguments.of(new Filter.Prefix("path", "folder/a"), "a"),
        Arguments.of(new Filter.Prefix("metadata.office", "Lis"), "b"),
        Arguments.of(new Filter.Prefix("path", "*"), ""),
        Arguments.of(new Filter.Exists("metadata.office"), "b"),
        Arguments.of(new Filter.Exists("tags"), "a b d"),
        Arguments.of(new Filter.Not(any("tags", "hr")), "d"),
        Arguments.of(new Filter.Not(new Filter.Exists("metadata.year")), "d"),
        Arguments.of(new Filter.Not(new Filter.Not(any("tags", "hr"))), "a b"));
  }

  @ParameterizedTest
  @MethodSource("filters")
  void aFilterHoldsInBothSearches(Filter filter, String expected) {
    Map<String, Object> a = Map.of("year", 2025L, "weight", 1.0, "open", true);
    Map<String, Object> b = Map.of("year", 2026L, "weight", 2.5, "open", false, "office", "Lisbon");
    Map<String, Object> d = Map.of("signed", Instant.parse("2026-03-01T00:00:00Z"));
    index.writer().replace(block("a", 1, 1, "c", List.of("hr"), a, List.of("kea"), List.of(EAST)));
    index
        .writer()
        .replace(block("b", 1, 2, "c", List.of("hr", "it"), b, List.of("kea"), List.of(EAST)));
    index.writer().replace(block("d", 1, 3, "c", List.of("it"), d, List.of("kea"), List.of(EAST)));
    index
        .writer()
        .replace(block("foreign", 1, 4, "x", List.of("hr"), a, List.of("kea"), List.of(EAST)));
    index.writer().commit(4);

    Candidates found =
        search(new CandidateQuery("kea", EAST, SearchMode.HYBRID, 10, List.of(filter)), scope("c"));

    List<String> ids =
        expected.isEmpty()
            ? List.of()
            : Stream.of(expected.split(" ")).map(id -> id + ":0").toList();
    assertThat(ids(found.dense())).as("dense").containsExactlyElementsOf(ids);
    assertThat(ids(found.lexical())).as("lexical").containsExactlyElementsOf(ids);
  }

  @Test
  void filtersAreJoinedByAnd() {
    index
        .writer()
        .replace(
            block("a", 1, 1, "c", List.of("hr", "it"), Map.of(), List.of("kea"), List.of(EAST)));
    index
        .writer()
        .replace(block("b", 1, 2, "c", List.of("hr"), Map.of(), List.of("kea"), List.of(EAST)));
    index.writer().commit(2);

    var both = List.<Filter>of(any("tags", "hr"), any("tags", "it"));
    Candidates found =
        search(new CandidateQuery("kea", EAST, SearchMode.HYBRID, 10, both), scope("c"));

    assertThat(ids(found.dense())).containsExactly("a:0");
    assertThat(ids(found.lexical())).containsExactly("a:0");
  }

  @Test
  void twoCollectionsMayDeclareOneNameDifferently() {
    index
        .writer()
        .replace(
            block("a", 1, 1, "c", List.of(), Map.of("year", 2026L), List.of("kea"), List.of(EAST)));
    index
        .writer()
        .replace(
            block("b", 1, 2, "d", List.of(), Map.of("year", "two"), List.of("kea"), List.of(EAST)));
    index.writer().commit(2);

    var text = List.<Filter>of(any("metadata.year", "two"));
    assertThat(
            ids(
                search(
                        new CandidateQuery("kea", EAST, SearchMode.HYBRID, 10, text),
                        scope("c", "d"))
                    .dense()))
        .containsExactly("b:0");
  }

  @ParameterizedTest
  @EnumSource(SearchMode.class)
  void aSearchOutOfTimeIsNoResult(SearchMode mode) {
    index.writer().replace(block("a", 1, "c", "kea", EAST));
    index.writer().commit(1);
    var query = new CandidateQuery("kea", EAST, mode, 10, List.of());
    var late = new RequestLimits(Deadline.in(Duration.ZERO), new CancelSignal());
    var cancelled = new RequestLimits(Deadline.in(Duration.ofMinutes(1)), new CancelSignal());
    cancelled.cancel().cancel();

    assertThatThrownBy(() -> index.searcher().search(query, scope("c"), late))
        .isInstanceOf(SearchTimeoutException.class);
    assertThatThrownBy(() -> index.searcher().search(query, scope("c"), cancelled))
        .isInstanceOf(SearchTimeoutException.class);
  }

  @Test
  void anEmbeddingOfAnotherWidthIsRefused() {
    var narrow = block("a", 1, "c", "kea", unit(1, 0));

    assertThatThrownBy(() -> index.writer().replace(narrow))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a:0")
        .hasMessageContaining("2 dimensions")
        .hasMessageContaining("4");
  }

  static Stream<Arguments> otherManifests() {
    return Stream.of(
        Arguments.of(
            new IndexManifest("store-1", "encoder-2", "tokenizer-1", "chunker-1", DIMENSION),
            List.of("encoder-1", "encoder-2")),
        Arguments.of(
            new IndexManifest("store-1", "encoder-1", "tokenizer-2", "chunker-1", DIMENSION),
            List.of("tokenizer-1", "tokenizer-2")),
        Arguments.of(
            new IndexManifest("store-1", "encoder-1", "tokenizer-1", "chunker-2", DIMENSION),
            List.of("chunker-1", "chunker-2")),
        Arguments.of(
            new IndexManifest("store-1", "encoder-1", "tokenizer-1", "chunker-1", 8),
            List.of("4 dimensions", "8")));
  }

  @ParameterizedTest
  @MethodSource("otherManifests")
  void anIndexOfOtherModelsIsRefusedByName(IndexManifest other, List<String> named) {
    index.close();
    try {
      assertThatThrownBy(() -> open(other))
          .isInstanceOf(IndexMismatchException.class)
          .satisfies(e -> assertThat(e.getMessage()).contains(named).contains("re-index"));
    } finally {
      index = open(MANIFEST);
    }
  }

  @Test
  void eightThreadsSearchWhileOneWrites() throws Exception {
    index.writer().replace(block("a", 1, "c", List.of("kea", "kaka"), List.of(EAST, NORTH)));
    index.writer().commit(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Integer>> searches = new ArrayList<>();
      Callable<Integer> search =
          () -> {
            int found = 0;
            for (int i = 0; i < 50; i++) {
              Candidates candidates = search(hybrid("kea", EAST), scope("c"));
              assertThat(candidates.dense()).hasSize(2);
              assertThat(candidates.dense().getFirst().chunk().id()).hasToString("a:0");
              found += candidates.lexical().size();
            }
            return found;
          };
      for (int t = 0; t < 8; t++) {
        searches.add(threads.submit(search));
      }
      for (int seq = 2; seq < 12; seq++) {
        index.writer().replace(block("other" + seq, seq, "d", "kea", EAST));
        index.writer().replace(block("a", seq, "c", List.of("kea", "kaka"), List.of(EAST, NORTH)));
        index.writer().commit(seq);
      }
      for (Future<Integer> each : searches) {
        assertThat(each.get()).isEqualTo(50);
      }
    }
  }

  @Test
  void eightThreadsWriteEveryDocumentOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> writes = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int thread = t;
        writes.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    String id = "d" + (i * 8 + thread) % 100;
                    index
                        .writer()
                        .replace(block(id, i, "c", List.of("kea", "kaka"), List.of(EAST, NORTH)));
                    if (thread == 0 && i % 10 == 0) {
                      index.writer().commit(i);
                    }
                  }
                }));
      }
      for (Future<?> write : writes) {
        write.get();
      }
    }
    index.writer().commit(50);

    assertThat(index.searcher().countChunks("c")).isEqualTo(200);
    assertThat(index.writer().committedDocuments().values())
        .hasSize(100)
        .allSatisfy(version -> assertThat(version.chunks()).isEqualTo(2));
  }

  private Candidates search(CandidateQuery query, AccessScope scope) {
    return index.searcher().search(query, scope, plenty());
  }

  private static CandidateQuery hybrid(String text, Embedding embedding) {
    return hybrid(text, embedding, 10);
  }

  private static CandidateQuery hybrid(String text, Embedding embedding, int candidates) {
    return new CandidateQuery(text, embedding, SearchMode.HYBRID, candidates, List.of());
  }

  private static CandidateQuery lexical(String text) {
    return new CandidateQuery(text, null, SearchMode.LEXICAL, 10, List.of());
  }

  private static Filter any(String field, Object... values) {
    return new Filter.Any(field, List.of(values));
  }

  private static Filter range(
      String field, Object from, boolean fromInclusive, Object to, boolean toInclusive) {
    return new Filter.Range(field, from, fromInclusive, to, toInclusive);
  }

  private static List<String> ids(List<Candidate> candidates) {
    return candidates.stream().map(candidate -> candidate.chunk().id().toString()).toList();
  }
}
