package io.retort.web.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.store.Grant;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("API-9")
class PlacesTest {
  private static final Caller GREEDY = caller("key_greedy");
  private static final Caller MODEST = caller("key_modest");
  private static final Caller PERSON = caller("user:ada");

  private static Caller caller(String id) {
    return new Caller(id, new Grant(id, Set.of("ask"), Set.of("*")));
  }

  private static Places<String> places(int count, int mostWaiting) {
    return new Places<>("a slot", count, mostWaiting, () -> Duration.ofSeconds(3));
  }

  private static List<String> turns(Places<String> places) {
    var turns = new ArrayList<String>();
    for (String next = places.leave(); next != null; next = places.leave()) {
      turns.add(next);
    }
    return turns;
  }

  private static void assertRefused(Places<String> places, Caller caller, ProblemCode code) {
    assertThatThrownBy(() -> places.enter(caller, "one more"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(3));
            });
  }

  @Test
  void principalsTakeTurnsEachInItsOwnOrder() {
    Places<String> places = places(1, 100);
    assertThat(places.enter(GREEDY, "running")).isTrue();
    for (int i = 1; i <= 3; i++) {
      assertThat(places.enter(GREEDY, "greedy " + i)).isFalse();
    }
    places.enter(MODEST, "modest 1");
    places.enter(PERSON, "person 1");
    places.enter(PERSON, "person 2");

    assertThat(turns(places))
        .containsExactly("greedy 1", "modest 1", "person 1", "greedy 2", "person 2", "greedy 3");
    assertThat(places.taken()).isZero();
    assertThat(places.waiting()).isZero();
  }

  @Test
  void aKeyFillsHalfOfTheQueueAndNoMore() {
    Places<String> places = places(1, 5);
    places.enter(GREEDY, "running");
    places.enter(GREEDY, "1");
    places.enter(GREEDY, "2");
    places.enter(GREEDY, "3");
    assertRefused(places, GREEDY, ProblemCode.RATE_LIMITED);
    places.enter(MODEST, "4");
    places.enter(PERSON, "5");
    assertThat(places.full()).isTrue();
    assertRefused(places, MODEST, ProblemCode.OVERLOADED);
    assertRefused(places, GREEDY, ProblemCode.OVERLOADED);
  }

  @Test
  void aPersonMayFillTheQueueThatNobodyElseUses() {
    Places<String> places = places(1, 4);
    places.enter(PERSON, "running");
    for (int i = 0; i < 4; i++) {
      places.enter(PERSON, "waiting " + i);
    }
    assertRefused(places, PERSON, ProblemCode.OVERLOADED);
  }

  @Test
  void withoutAQueueOnlyPlacesCount() {
    Places<String> places = places(2, 0);
    assertThat(places.enter(GREEDY, "1")).isTrue();
    assertThat(places.enter(GREEDY, "2")).isTrue();
    assertRefused(places, GREEDY, ProblemCode.OVERLOADED);
    assertThat(places.leave()).isNull();
    assertThat(places.enter(GREEDY, "3")).isTrue();
  }

  @Test
  void whoeverGivesUpLosesOnlyHisOwnPlaceInTheQueue() {
    Places<String> places = places(1, 10);
    places.enter(GREEDY, "running");
    places.enter(GREEDY, "1");
    places.enter(GREEDY, "2");
    places.enter(MODEST, "3");
    assertThat(places.giveUp(GREEDY, "1")).isTrue();
    assertThat(places.giveUp(GREEDY, "1")).isFalse();
    assertThat(places.giveUp(GREEDY, "running")).isFalse();
    assertThat(places.giveUp(MODEST, "3")).isTrue();
    assertThat(places.waiting()).isEqualTo(1);
    assertThat(turns(places)).containsExactly("2");
  }
}
