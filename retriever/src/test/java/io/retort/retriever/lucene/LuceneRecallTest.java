package io.retort.retriever.lucene;

import static io.retort.retriever.TestChunks.block;
import static io.retort.retriever.TestChunks.plenty;
import static io.retort.retriever.TestChunks.scope;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.AccessScope;
import io.retort.data.CandidateQuery;
import io.retort.data.Candidates;
import io.retort.data.ChunkId;
import io.retort.data.Embedding;
import io.retort.data.SearchMode;
import io.retort.retriever.TestChunks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The graph search against the slow truth: every vector compared. */
class LuceneRecallTest {
  private static final int DIMENSION = 64;
  private static final int DOCUMENTS = 3_000;
  private static final int QUERIES = 60;
  private static final int K = 10;
  private static final int CANDIDATES = 50;
  private static final long SEED = 17;

  @TempDir Path folder;

  private record Indexed(ChunkId id, String collection, Embedding embedding) {}

  @Test
  void randomVectorsAreFound() {
    var random = new Random(SEED);
    List<Embedding> vectors = new ArrayList<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      vectors.add(TestChunks.random(random, DIMENSION));
    }
    recallIsHigh(vectors, random);
  }

  @Test
  void clusteredVectorsAreFound() {
    var random = new Random(SEED);
    List<Embedding> vectors = new ArrayList<>();
    for (int cluster = 0; cluster < DOCUMENTS / 50; cluster++) {
      Embedding centre = TestChunks.random(random, DIMENSION);
      for (int i = 0; i < 50; i++) {
        vectors.add(TestChunks.near(random, centre, 0.4));
      }
    }
    recallIsHigh(vectors, random);
  }

  private void recallIsHigh(List<Embedding> vectors, Random random) {
    List<Indexed> all = new ArrayList<>();
    try (var index = LuceneChunkIndex.create(folder, TestChunks.manifest(DIMENSION))) {
      for (int i = 0; i < vectors.size(); i++) {
        String id = "d%05d".formatted(i);
        String collection = i % 20 == 0 ? "rare" : "common";
        all.add(new Indexed(new ChunkId(id, 0), collection, vectors.get(i)));
        index.writer().replace(block(id, i, collection, "kea", vectors.get(i)));
        if (i % 1_000 == 999) {
          index.writer().commit(i);
        }
      }
      index.writer().commit(vectors.size());

      for (AccessScope scope : List.of(scope("rare"), scope("common"), scope("rare", "common"))) {
        double hits = 0;
        for (int q = 0; q < QUERIES; q++) {
          Embedding near = vectors.get(random.nextInt(vectors.size()));
          Embedding query = TestChunks.near(random, near, 0.5);
          Candidates found =
              index
                  .searcher()
                  .search(
                      new CandidateQuery("", query, SearchMode.DENSE, CANDIDATES, List.of()),
                      scope,
                      plenty());
          Set<ChunkId> top = new HashSet<>();
          found.dense().stream().limit(K).forEach(candidate -> top.add(candidate.chunk().id()));
          top.retainAll(exact(all, scope, query));
          hits += top.size();
        }
        assertThat(hits / (K * QUERIES))
            .as("recall@%d in %s, seed %d", K, scope.collections(), SEED)
            .isGreaterThan(0.95);
      }
    }
  }

  private static Set<ChunkId> exact(List<Indexed> all, AccessScope scope, Embedding query) {
    Comparator<Indexed> nearest =
        Comparator.comparingDouble((Indexed each) -> -each.embedding().dot(query))
            .thenComparing(Indexed::id);
    Set<ChunkId> best = new HashSet<>();
    all.stream()
        .filter(each -> scope.sees(each.collection()))
        .sorted(nearest)
        .limit(K)
        .forEach(each -> best.add(each.id()));
    return best;
  }
}
