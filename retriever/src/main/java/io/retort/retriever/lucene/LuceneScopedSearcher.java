package io.retort.retriever.lucene;

import static java.util.Objects.requireNonNull;

import io.retort.data.AccessScope;
import io.retort.data.CandidateQuery;
import io.retort.data.Candidates;
import io.retort.data.Candidates.Candidate;
import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Embedding;
import io.retort.data.IndexDamagedException;
import io.retort.data.IndexManifest;
import io.retort.data.RequestLimits;
import io.retort.data.ScopedSearcher;
import io.retort.data.SearchMode;
import io.retort.data.SearchTimeoutException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.ReaderManager;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;

/**
 * Searches the last commit that it was refreshed to, never the writer's memory: what a user has
 * seen cannot vanish in a crash. Query caches are off, since they are shared between callers and a
 * hit's timing tells. Safe for use by many threads.
 */
public final class LuceneScopedSearcher implements ScopedSearcher {
  /** Parameters that reward neither length nor repetition much; fit for chunks of one size. */
  static final BM25Similarity BM25 = new BM25Similarity(0.9f, 0.4f);

  private static final int MAX_QUERY_WORDS = 512;

  private static final Sort BEST_FIRST =
      new Sort(
          SortField.FIELD_SCORE,
          new SortField(ChunkFields.DOCUMENT, SortField.Type.STRING),
          new SortField(ChunkFields.ORDINAL, SortField.Type.LONG));

  private final ReaderManager commits;
  private final IndexManifest manifest;
  private final WordAnalyzer analyzer = new WordAnalyzer();

  /** Takes over {@code commits}: closing the searcher closes it. */
  LuceneScopedSearcher(ReaderManager commits, IndexManifest manifest) {
    this.commits = commits;
    this.manifest = manifest;
  }

  @Override
  public Candidates search(CandidateQuery query, AccessScope scope, RequestLimits limits) {
    if (scope.collections().isEmpty()) {
      return new Candidates(List.of(), List.of());
    }
    Query inside = FilterQueries.inside(scope, query.filters());
    return read(
        reader -> {
          IndexSearcher searcher = searcher(reader);
          searcher.setTimeout(limits::over);
          List<Candidate> dense = List.of();
          if (query.mode() != SearchMode.LEXICAL) {
            Embedding embedding = requireNonNull(query.embedding(), "embedding");
            dense = best(searcher, dense(embedding, query.candidates(), inside), query, limits);
          }
          List<Candidate> lexical = List.of();
          if (query.mode() != SearchMode.DENSE) {
            lexical = best(searcher, lexical(query.text(), inside), query, limits);
          }
          return new Candidates(dense, lexical);
        });
  }

  @Override
  public Map<ChunkId, Chunk> chunks(Set<ChunkId> ids, AccessScope scope) {
    if (ids.isEmpty() || scope.collections().isEmpty()) {
      return Map.of();
    }
    Set<String> terms = new TreeSet<>();
    ids.forEach(id -> terms.add(id.toString()));
    Query query =
        new BooleanQuery.Builder()
            .add(FilterQueries.terms(ChunkFields.CHUNK, terms), Occur.FILTER)
            .add(FilterQueries.inside(scope, List.of()), Occur.FILTER)
            .build();
    return read(
        reader -> {
          IndexSearcher searcher = searcher(reader);
          StoredFields stored = searcher.storedFields();
          Map<ChunkId, Chunk> found = new HashMap<>();
          for (ScoreDoc hit : searcher.search(query, ids.size()).scoreDocs) {
            Chunk chunk = ChunkFields.chunk(stored, hit.doc);
            found.put(chunk.id(), chunk);
          }
          return found;
        });
  }

  @Override
  public long countChunks(String collection) {
    Query query = FilterQueries.terms(ChunkFields.COLLECTION, Set.of(collection));
    return read(reader -> (long) searcher(reader).count(query));
  }

  @Override
  public IndexManifest manifest() {
    return manifest;
  }

  @Override
  public void close() {
    try {
      commits.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing the searcher", e);
    } finally {
      analyzer.close();
    }
  }

  /** The fence stands inside the graph search: filtering its k winners would leave too few. */
  private static Query dense(Embedding embedding, int candidates, Query inside) {
    return new KnnFloatVectorQuery(ChunkFields.EMBEDDING, embedding.toArray(), candidates, inside);
  }

  private Query lexical(String text, Query inside) {
    var words = new BooleanQuery.Builder();
    analyzer
        .counts(text, MAX_QUERY_WORDS)
        .forEach(
            (word, count) -> {
              Query term = new TermQuery(new Term(ChunkFields.WORDS, word));
              words.add(count == 1 ? term : new BoostQuery(term, count), Occur.SHOULD);
            });
    return new BooleanQuery.Builder()
        .add(words.build(), Occur.MUST)
        .add(inside, Occur.FILTER)
        .build();
  }

  private static List<Candidate> best(
      IndexSearcher searcher, Query query, CandidateQuery asked, RequestLimits limits)
      throws IOException {
    ScoreDoc[] hits = searcher.search(query, asked.candidates(), BEST_FIRST).scoreDocs;
    // Lucene ends a timed-out search quietly, with what it has; the limits say so, and stay over.
    if (limits.over()) {
      throw new SearchTimeoutException("the search did not end within the request's limits");
    }
    boolean dense = query instanceof KnnFloatVectorQuery;
    StoredFields stored = searcher.storedFields();
    List<Candidate> candidates = new ArrayList<>(hits.length);
    for (ScoreDoc hit : hits) {
      float score = (Float) ((FieldDoc) hit).fields[0];
      candidates.add(
          new Candidate(ChunkFields.chunk(stored, hit.doc), dense ? dotProduct(score) : score));
    }
    return candidates;
  }

  /** Lucene's scores are positive: for unit vectors (1 + dot) / 2. */
  private static double dotProduct(float score) {
    return 2.0 * score - 1;
  }

  private static IndexSearcher searcher(DirectoryReader reader) {
    var searcher = new IndexSearcher(reader);
    searcher.setSimilarity(BM25);
    searcher.setQueryCache(null);
    return searcher;
  }

  private <T> T read(Reading<T> reading) {
    try {
      DirectoryReader reader = commits.acquire();
      try {
        return reading.apply(reader);
      } finally {
        commits.release(reader);
      }
    } catch (CorruptIndexException e) {
      throw new IndexDamagedException("the index is damaged: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading the index", e);
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    T apply(DirectoryReader reader) throws IOException;
  }
}
