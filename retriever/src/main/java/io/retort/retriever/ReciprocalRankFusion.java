package io.retort.retriever;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingDouble;

import io.retort.data.ChunkId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): a chunk's score is the sum of {@code
 * 1 / (60 + rank)} over the lists that hold it, ranks counted from 1. It needs no calibration
 * between cosines and BM25, and it reveals neither.
 */
public final class ReciprocalRankFusion {
  /** The paper's constant: how much a first place is worth against two middling ones. */
  public static final int CONSTANT = 60;

  private static final Comparator<Fused> BEST_FIRST =
      comparingDouble(Fused::score).reversed().thenComparing(comparing(Fused::id));

  private ReciprocalRankFusion() {}

  /** A chunk with its fused score. */
  public record Fused(ChunkId id, double score) {}

  /**
   * Best first, ties by the smaller id. The order of the lists does not matter.
   *
   * @param rankings each best first and without repetitions
   */
  public static List<Fused> fuse(Collection<List<ChunkId>> rankings) {
    Map<ChunkId, List<Integer>> ranks = new HashMap<>();
    for (List<ChunkId> ranking : rankings) {
      if (new HashSet<>(ranking).size() != ranking.size()) {
        throw new IllegalArgumentException("a ranking names a chunk twice: " + ranking);
      }
      for (int i = 0; i < ranking.size(); i++) {
        ranks.computeIfAbsent(ranking.get(i), id -> new ArrayList<>()).add(i + 1);
      }
    }
    List<Fused> fused = new ArrayList<>(ranks.size());
    ranks.forEach((id, of) -> fused.add(new Fused(id, score(of))));
    fused.sort(BEST_FIRST);
    return fused;
  }

  private static double score(List<Integer> ranks) {
    // Added in one order whatever the order of the lists: floating-point sums depend on it.
    ranks.sort(Comparator.naturalOrder());
    double score = 0;
    for (int rank : ranks) {
      score += 1.0 / (CONSTANT + rank);
    }
    return score;
  }
}
