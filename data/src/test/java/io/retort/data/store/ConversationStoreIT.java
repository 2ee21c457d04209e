package io.retort.data.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.store.AnswerStore.Kept;
import io.retort.data.store.AnswerStore.Source;
import io.retort.data.store.ConversationStore.Conversation;
import io.retort.data.store.ConversationStore.Turn;
import io.retort.data.store.FeedbackStore.Opinion;
import io.retort.data.store.FeedbackStore.Rated;
import io.retort.data.store.FeedbackStore.Rating;
import io.retort.data.store.FeedbackStore.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Conversations, their turns and what is said about them, in a real ledger. */
class ConversationStoreIT {
  private static final Instant START = Instant.parse("2026-11-25T09:00:00.123Z");
  private static final String ANN = "user:Ann";
  private static final String BEN = "user:Ben";

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock(START);
  private LedgerStore store;
  private ConversationStore conversations;
  private AnswerStore answers;
  private FeedbackStore feedback;

  @BeforeEach
  void open() throws IOException {
    store = LedgerStore.open(folder.resolve("data"), clock);
    var jdbc = JdbcClient.create(store.dataSource());
    conversations = new ConversationStore(jdbc, clock);
    answers = new AnswerStore(store.dataSource(), clock);
    feedback = new FeedbackStore(jdbc, clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Kept answer(
      String id, @Nullable String conversation, Instant at, Source... sources) {
    return new Kept(
        id,
        ANN,
        at,
        conversation,
        "What of " + id + "?",
        Set.of("handbook", "wiki"),
        "{\"id\":\"" + id + "\"}",
        List.of(sources));
  }

  private List<Turn> turns(String conversation) {
    return conversations.turns(List.of(conversation)).getOrDefault(conversation, List.of());
  }

  private static Opinion up() {
    return new Opinion(Rating.UP, Set.of(), "", "");
  }

  @Test
  void aConversationIsForWhoeverBeganIt() {
    Conversation made = conversations.create(ANN, "Leave 🌴");

    assertThat(conversations.find(made.id(), ANN)).contains(made);
    assertThat(made.createdAt()).isEqualTo(START);
    assertThat(conversations.find(made.id(), BEN)).isEmpty();
    assertThat(conversations.rename(made.id(), BEN, "Mine")).isEmpty();
    assertThat(conversations.delete(made.id(), BEN)).isFalse();
    assertThat(conversations.list(BEN, SliceRequest.first(10)).items()).isEmpty();
    assertThat(conversations.find(made.id(), ANN)).contains(made);
  }

  @Test
  void turnsStandInTheirOrderWithWhatTheyWereFor() {
    Conversation made = conversations.create(ANN, "");
    clock.pass(Duration.ofMinutes(1));
    assertThat(answers.keep(answer("ans_2", made.id(), clock.instant()))).isTrue();
    assertThat(answers.keep(answer("ans_1", made.id(), START))).isTrue();
    answers.keep(answer("ans_3", null, START));

    assertThat(turns(made.id()))
        .containsExactly(
            new Turn("ans_1", "What of ans_1?", Set.of("handbook", "wiki"), START),
            new Turn("ans_2", "What of ans_2?", Set.of("handbook", "wiki"), clock.instant()));
    assertThat(conversations.find(made.id(), ANN).orElseThrow().updatedAt())
        .isEqualTo(clock.instant());
  }

  @Test
  void aTurnOfAConversationThatIsGoneIsNotKept() {
    Conversation made = conversations.create(ANN, "");
    conversations.delete(made.id(), ANN);

    assertThat(answers.keep(answer("ans_1", made.id(), START))).isFalse();
    assertThat(answers.find("ans_1", ANN)).isEmpty();
  }

  @Test
  void anAnswerThatCannotBeKeptWholeIsNotKept() {
    var twice = new Source("doc_1", 1, true);

    assertThatThrownBy(() -> answers.keep(answer("ans_1", null, START, twice, twice)))
        .isInstanceOf(DuplicateKeyException.class);
    assertThat(answers.find("ans_1", ANN)).isEmpty();
  }

  @Test
  void aConversationGoesWithItsAnswersAndTheirFeedback() {
    Conversation made = conversations.create(ANN, "");
    answers.keep(answer("ans_1", made.id(), START, new Source("doc_1", 1, true)));
    answers.keep(answer("ans_2", null, START));
    feedback.put("ans_1", ANN, up());
    feedback.put("ans_2", ANN, up());

    assertThat(conversations.delete(made.id(), ANN)).isTrue();
    assertThat(answers.find("ans_1", ANN)).isEmpty();
    assertThat(answers.cited("ans_1")).isEmpty();
    assertThat(feedback.find("ans_1", ANN)).isEmpty();
    assertThat(feedback.find("ans_2", ANN)).isPresent();
  }

  @Test
  void aWalkShowsEveryConversationOnceThoughOthersComeAndGoMeanwhile() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 23; i++) {
      made.add(conversations.create(ANN, "number " + i).id());
      conversations.create(BEN, "other");
      if (i % 5 == 0) { // some are of the same millisecond
        clock.pass(Duration.ofMillis(1));
      }
    }
    List<Conversation> walked = new ArrayList<>();
    String cursor = null;
    do {
      Slice<Conversation> slice = conversations.list(ANN, new SliceRequest(4, cursor));
      walked.addAll(slice.items());
      cursor = slice.nextCursor();
      clock.pass(Duration.ofMillis(1));
      conversations.rename(made.getFirst(), ANN, "moved by no change");
      conversations.delete(conversations.create(ANN, "passing").id(), ANN);
    } while (cursor != null);

    assertThat(walked).extracting(Conversation::id).containsExactlyInAnyOrderElementsOf(made);
    assertThat(walked)
        .extracting(Conversation::createdAt)
        .isSortedAccordingTo(Comparator.reverseOrder());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "!",
        "bm9uc2Vuc2U", // nonsense
        "MTIz", // 123
        "eCB5", // x y
        "OTIyMzM3MjAzNjg1NDc3NTgwNyB4", // the largest number, x
        "LTk5OTk5OTk5OTk5OTk5OTkgeA" // long before any time
      })
  void aCursorOfAnotherListIsRefused(String cursor) {
    var request = new SliceRequest(5, cursor);

    assertThatThrownBy(() -> conversations.list(ANN, request))
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INVALID_CURSOR));
    assertThatThrownBy(() -> feedback.list(null, null, request))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void whatHasOutlivedItsTimeGoes() {
    Conversation old = conversations.create(ANN, "old");
    answers.keep(answer("ans_1", old.id(), clock.instant()));
    Conversation used = conversations.create(ANN, "used");
    clock.pass(Duration.ofDays(80));
    answers.keep(answer("ans_2", used.id(), clock.instant()));
    clock.pass(Duration.ofDays(20));

    assertThat(answers.removeOlderThan(Duration.ofDays(90))).isEqualTo(1);
    assertThat(conversations.removeOlderThan(Duration.ofDays(90))).isEqualTo(1);
    assertThat(conversations.list(ANN, SliceRequest.first(5)).items())
        .extracting(Conversation::id)
        .containsExactly(used.id());
    assertThat(turns(used.id())).hasSize(1);
  }

  @Test
  void feedbackIsOneForAnAnswerAndReplacesItself() {
    answers.keep(answer("ans_1", null, START));
    var first = feedback.put("ans_1", ANN, up()).orElseThrow();
    clock.pass(Duration.ofSeconds(1));
    var opinion =
        new Opinion(Rating.DOWN, Set.of(Reason.WRONG_SOURCE, Reason.OTHER), "No.\n🌴", "Five days");
    var second = feedback.put("ans_1", ANN, opinion).orElseThrow();

    assertThat(second.id()).isEqualTo(first.id()).startsWith("fbk_");
    assertThat(second.opinion()).isEqualTo(opinion);
    assertThat(second.createdAt()).isEqualTo(START);
    assertThat(second.updatedAt()).isEqualTo(START.plusSeconds(1));
    assertThat(feedback.list(null, null, SliceRequest.first(5)).items())
        .containsExactly(new Rated(second, "{\"id\":\"ans_1\"}"));
    assertThat(feedback.find("ans_1", BEN)).isEmpty();
    assertThat(feedback.delete("ans_1", BEN)).isFalse();
    assertThat(feedback.delete("ans_1", ANN)).isTrue();
    assertThat(feedback.delete("ans_1", ANN)).isFalse();
  }

  @Test
  void whatIsSaidAboutAnAnswerThatIsGoneIsNotKept() {
    assertThat(feedback.put("ans_1", ANN, up())).isEmpty();
    assertThat(feedback.list(null, null, SliceRequest.first(5)).items()).isEmpty();
  }

  @Test
  void feedbackIsListedByRatingTheNewestFirst() {
    for (int i = 0; i < 6; i++) {
      answers.keep(answer("ans_" + i, null, START));
      feedback.put(
          "ans_" + i, ANN, new Opinion(i % 2 == 0 ? Rating.UP : Rating.DOWN, Set.of(), "", ""));
      clock.pass(Duration.ofSeconds(1));
    }
    Slice<Rated> first = feedback.list(Rating.UP, null, SliceRequest.first(2));
    Slice<Rated> rest = feedback.list(Rating.UP, null, new SliceRequest(2, first.nextCursor()));

    assertThat(first.items())
        .extracting(r -> r.feedback().answerId())
        .containsExactly("ans_4", "ans_2");
    assertThat(rest.items()).extracting(r -> r.feedback().answerId()).containsExactly("ans_0");
    assertThat(rest.nextCursor()).isNull();
    assertThat(feedback.list(null, null, SliceRequest.first(10)).items()).hasSize(6);
    assertThat(feedback.list(null, "handbook wiki", SliceRequest.first(10)).items()).hasSize(6);
    assertThat(feedback.list(null, "handbook", SliceRequest.first(10)).items()).isEmpty();
  }

  @Test
  void aPurgeTakesTheFeedbackAndWhatWasAnsweredAfterTheTurn() {
    answers.keep(answer("ans_1", null, START, new Source("doc_1", 1, true)));
    answers.keep(answer("ans_2", null, START, new Source("doc_1", 1, false)));
    feedback.put("ans_1", ANN, up());
    feedback.put("ans_2", ANN, up());

    assertThat(answers.cited("ans_1")).containsExactly(new Source("doc_1", 1, true));
    assertThat(answers.cited("ans_2")).isEmpty();
    assertThat(answers.purgeCiting("doc_1")).isEqualTo(1);
    assertThat(feedback.find("ans_1", ANN)).isEmpty();
    assertThat(feedback.find("ans_2", ANN)).isPresent();
  }
}
