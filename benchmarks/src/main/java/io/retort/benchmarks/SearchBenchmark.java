package io.retort.benchmarks;

import static java.util.Objects.requireNonNull;

import io.retort.data.AccessScope;
import io.retort.data.CancelSignal;
import io.retort.data.CandidateQuery;
import io.retort.data.Candidates;
import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Deadline;
import io.retort.data.DocumentBlock;
import io.retort.data.Embedding;
import io.retort.data.EncodedChunk;
import io.retort.data.IndexManifest;
import io.retort.data.RequestLimits;
import io.retort.data.SearchMode;
import io.retort.data.TextSpan;
import io.retort.retriever.lucene.LuceneChunkIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One search of the Lucene index: clustered vectors of the encoder's width and made-up words. One
 * document in a hundred is of a collection of its own. Recall@10 of the dense search against an
 * exact scan is printed beside the latencies of each fork.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Xmx2g"})
public class SearchBenchmark {
  private static final int DIMENSION = 384;
  private static final int CHUNKS_PER_DOCUMENT = 5;
  private static final int WORDS = 20_000;
  private static final int WORDS_PER_CHUNK = 40;
  private static final int QUERIES = 200;

  @Param({"20000"})
  int chunks;

  @Param({"HYBRID", "DENSE", "LEXICAL"})
  SearchMode mode = SearchMode.HYBRID;

  @Param({"all", "rare"})
  String collection = "all";

  private final Random random = new Random(3);
  private final List<Embedding> vectors = new ArrayList<>();
  private final List<CandidateQuery> queries = new ArrayList<>();
  private Path folder = Path.of("");
  private AccessScope scope = new AccessScope("benchmark", Set.of());
  private @Nullable LuceneChunkIndex index;
  private int next;

  @Setup(Level.Trial)
  public void build() throws IOException {
    folder = Files.createTempDirectory("retort-search");
    var built =
        LuceneChunkIndex.create(
            folder, new IndexManifest("store", "encoder", "tokenizer", "chunker", DIMENSION));
    index = built;
    List<Embedding> centres = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      centres.add(near(null, 1));
    }
    for (int document = 0; document < chunks / CHUNKS_PER_DOCUMENT; document++) {
      built.writer().replace(block(document, centres.get(random.nextInt(centres.size()))));
    }
    built.writer().commit(1);
    scope =
        new AccessScope(
            "benchmark", collection.equals("rare") ? Set.of("rare") : Set.of("rare", "common"));
    for (int q = 0; q < QUERIES; q++) {
      Embedding embedding = near(vectors.get(random.nextInt(vectors.size())), 0.6);
      queries.add(
          new CandidateQuery(
              words(8), mode == SearchMode.LEXICAL ? null : embedding, mode, 50, List.of()));
    }
    if (mode == SearchMode.DENSE) {
      System.out.printf(Locale.ROOT, "recall@10 in %s: %.4f%n", collection, recallAtTen());
    }
  }

  @TearDown(Level.Trial)
  public void remove() throws IOException {
    requireNonNull(index).close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Benchmark
  public Candidates search() {
    CandidateQuery query = queries.get(next++ % QUERIES);
    Candidates found = find(query);
    if (found.dense().isEmpty() && found.lexical().isEmpty()) {
      throw new IllegalStateException("nothing was found");
    }
    return found;
  }

  private Candidates find(CandidateQuery query) {
    var limits = new RequestLimits(Deadline.in(Duration.ofMinutes(1)), new CancelSignal());
    return requireNonNull(index).searcher().search(query, scope, limits);
  }

  private double recallAtTen() {
    int found = 0;
    for (CandidateQuery query : queries) {
      Set<ChunkId> top = new HashSet<>();
      find(query).dense().stream().limit(10).forEach(each -> top.add(each.chunk().id()));
      top.retainAll(exact(requireNonNull(query.embedding())));
      found += top.size();
    }
    return found / (10.0 * QUERIES);
  }

  private Set<ChunkId> exact(Embedding query) {
    record Scored(ChunkId id, double dot) {}
    Set<ChunkId> best = new HashSet<>();
    Stream<Scored> scored =
        IntStream.range(0, vectors.size())
            .filter(i -> scope.sees(collectionOf(i / CHUNKS_PER_DOCUMENT)))
            .mapToObj(i -> new Scored(id(i), vectors.get(i).dot(query)));
    scored
        .sorted(Comparator.comparingDouble(Scored::dot).reversed())
        .limit(10)
        .forEach(each -> best.add(each.id()));
    return best;
  }

  private DocumentBlock block(int document, Embedding centre) {
    List<EncodedChunk> encoded = new ArrayList<>();
    for (int i = 0; i < CHUNKS_PER_DOCUMENT; i++) {
      Embedding vector = near(centre, 0.5);
      ChunkId id = id(vectors.size());
      vectors.add(vector);
      String text = words(WORDS_PER_CHUNK);
      encoded.add(
          new EncodedChunk(
              new Chunk(
                  id,
                  1,
                  collectionOf(document),
                  "title",
                  "",
                  new TextSpan(0, text.length()),
                  null,
                  text),
              vector));
    }
    return new DocumentBlock(
        id(document * CHUNKS_PER_DOCUMENT).documentId(),
        1,
        1,
        collectionOf(document),
        "path",
        "text/plain",
        List.of(),
        Map.of(),
        Instant.EPOCH,
        encoded);
  }

  private static ChunkId id(int chunk) {
    return new ChunkId(
        "doc_%026d".formatted(chunk / CHUNKS_PER_DOCUMENT), chunk % CHUNKS_PER_DOCUMENT);
  }

  private static String collectionOf(int document) {
    return document % 100 == 0 ? "rare" : "common";
  }

  /** Words by Zipf's law, more or less: the square of an even choice. */
  private String words(int count) {
    var text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      double even = random.nextDouble();
      text.append('w').append((int) (even * even * WORDS)).append(' ');
    }
    return text.toString();
  }

  private Embedding near(@Nullable Embedding centre, double noise) {
    float[] values = centre == null ? new float[DIMENSION] : centre.toArray();
    double squares = 0;
    for (int h = 0; h < DIMENSION; h++) {
      values[h] += (float) (noise * random.nextGaussian() / Math.sqrt(DIMENSION));
      squares += values[h] * values[h];
    }
    for (int h = 0; h < DIMENSION; h++) {
      values[h] /= (float) Math.sqrt(squares);
    }
    return new Embedding(values);
  }
}
