package io.retort.benchmarks;

import io.retort.data.ChunkId;
import io.retort.retriever.ReciprocalRankFusion;
import io.retort.retriever.ReciprocalRankFusion.Fused;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Two rankings that share half of their chunks, as dense and lexical ones do. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FusionBenchmark {
  @Param({"50", "100", "400"})
  int candidates;

  private List<List<ChunkId>> rankings = List.of();

  @Setup
  public void rank() {
    var random = new Random(1);
    List<ChunkId> dense = ranking(0, random);
    List<ChunkId> lexical = ranking(candidates / 2, random);
    rankings = List.of(dense, lexical);
    if (fuse().size() != candidates + candidates / 2) {
      throw new IllegalStateException("the fused list has " + fuse().size() + " chunks");
    }
  }

  private List<ChunkId> ranking(int first, Random random) {
    List<ChunkId> ids = new ArrayList<>();
    for (int i = first; i < first + candidates; i++) {
      ids.add(new ChunkId("doc_%026d".formatted(i / 3), i % 3));
    }
    Collections.shuffle(ids, random);
    return ids;
  }

  @Benchmark
  public List<Fused> fuse() {
    return ReciprocalRankFusion.fuse(rankings);
  }
}
