package io.retort.retriever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.retort.data.ChunkId;
import io.retort.retriever.ReciprocalRankFusion.Fused;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ReciprocalRankFusionTest {
  @Test
  void aFirstPlaceInBothListsIsWorthTwoSixtyFirsts() {
    var a = new ChunkId("a", 0);
    var b = new ChunkId("b", 0);

    List<Fused> fused = ReciprocalRankFusion.fuse(List.of(List.of(a, b), List.of(a)));

    assertThat(fused).extracting(Fused::id).containsExactly(a, b);
    assertThat(fused.get(0).score()).isCloseTo(2.0 / 61, within(1e-15));
    assertThat(fused.get(1).score()).isCloseTo(1.0 / 62, within(1e-15));
  }

  @Test
  void tiesGoToTheSmallerChunkIdByNumberAndNotByText() {
    var ninth = new ChunkId("a", 9);
    var tenth = new ChunkId("a", 10);

    List<Fused> fused = ReciprocalRankFusion.fuse(List.of(List.of(tenth), List.of(ninth)));

    assertThat(fused).extracting(Fused::id).containsExactly(ninth, tenth);
  }

  @Test
  void aRankingThatRepeatsAChunkIsRefused() {
    var a = new ChunkId("a", 0);
    assertThatThrownBy(() -> ReciprocalRankFusion.fuse(List.of(List.of(a, a))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a:0");
  }

  @Property
  void theOrderOfTheListsDoesNotMatter(
      @ForAll("rankings") List<List<ChunkId>> rankings, @ForAll Random random) {
    List<List<ChunkId>> shuffled = new ArrayList<>(rankings);
    Collections.shuffle(shuffled, random);

    assertThat(ReciprocalRankFusion.fuse(shuffled)).isEqualTo(ReciprocalRankFusion.fuse(rankings));
  }

  @Property
  void everyChunkAppearsOnceAndScoresNeverRise(@ForAll("rankings") List<List<ChunkId>> rankings) {
    Set<ChunkId> all = new HashSet<>();
    rankings.forEach(all::addAll);

    List<Fused> fused = ReciprocalRankFusion.fuse(rankings);

    assertThat(fused).extracting(Fused::id).doesNotHaveDuplicates().hasSameElementsAs(all);
    for (int i = 1; i < fused.size(); i++) {
      Fused better = fused.get(i - 1);
      Fused worse = fused.get(i);
      assertThat(better.score()).isGreaterThanOrEqualTo(worse.score());
      if (better.score() == worse.score()) {
        assertThat(better.id()).isLessThan(worse.id());
      }
    }
  }

  @Property
  void scoresAreTheFormula(@ForAll("rankings") List<List<ChunkId>> rankings) {
    Map<ChunkId, Double> expected = new HashMap<>();
    for (List<ChunkId> ranking : rankings) {
      for (int i = 0; i < ranking.size(); i++) {
        expected.merge(ranking.get(i), 1.0 / (60 + i + 1), Double::sum);
      }
    }
    for (Fused fused : ReciprocalRankFusion.fuse(rankings)) {
      assertThat(fused.score()).isCloseTo(expected.get(fused.id()), within(1e-12));
      assertThat(fused.score()).isPositive();
    }
  }

  @Property
  void oneListKeepsItsOrder(@ForAll("ranking") List<ChunkId> ranking) {
    assertThat(ReciprocalRankFusion.fuse(List.of(ranking)))
        .extracting(Fused::id)
        .containsExactlyElementsOf(ranking);
  }

  @Provide
  Arbitrary<List<List<ChunkId>>> rankings() {
    return ranking().list().ofMaxSize(4);
  }

  @Provide
  Arbitrary<List<ChunkId>> ranking() {
    Arbitrary<String> documents = Arbitraries.of("a", "b", "ba", "é");
    Arbitrary<Integer> ordinals = Arbitraries.integers().between(0, 12);
    return Combinators.combine(documents, ordinals)
        .as(ChunkId::new)
        .list()
        .ofMaxSize(20)
        .map(ids -> List.copyOf(new LinkedHashSet<>(ids)));
  }
}
