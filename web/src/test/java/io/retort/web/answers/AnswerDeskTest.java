package io.retort.web.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.CancelSignal;
import io.retort.data.Deadline;
import io.retort.data.RequestLimits;
import io.retort.data.store.Grant;
import io.retort.web.access.Caller;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AnswerDeskTest {
  private static final Caller OWNER = new Caller("local", new Grant("owner", Set.of(), Set.of()));

  private static RequestLimits limits() {
    return new RequestLimits(Deadline.in(Duration.ofMinutes(1)), new CancelSignal());
  }

  @Test
  void moreThanSlotsAndQueueIsRefusedAtOnceAndSaysWhenToComeBack() throws Exception {
    try (var desk = new AnswerDesk(2, 3)) {
      var begun = new CountDownLatch(2);
      var end = new CountDownLatch(1);
      var answers = new ArrayList<Future<Integer>>();
      for (int i = 0; i < 8; i++) {
        int n = i;
        answers.add(
            desk.submit(
                OWNER,
                limits(),
                () -> {
                  begun.countDown();
                  end.await();
                  return n;
                }));
        if (i == 1) {
          begun.await();
        }
      }
      assertThat(desk.running()).isEqualTo(2);
      assertThat(desk.waiting()).isEqualTo(6);
      assertThat(desk.saturated()).isTrue();
      long start = System.nanoTime();
      assertThatThrownBy(() -> desk.submit(OWNER, limits(), () -> 9))
          .isInstanceOfSatisfying(
              ApiException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ProblemCode.OVERLOADED);
                assertThat(e.retryAfter()).isPositive();
              });
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(50));
      end.countDown();
      for (int i = 0; i < 8; i++) {
        assertThat(answers.get(i).get()).isEqualTo(i);
      }
    }
  }

  @Test
  void whoGivesWayWaitsUntilASlotIsFreeAndNobodyStandsBeforeIt() throws Exception {
    try (var desk = new AnswerDesk(1, 2)) {
      desk.awaitIdle();
      var first = new CountDownLatch(1);
      var second = new CountDownLatch(1);
      var begun = new CountDownLatch(1);
      var answers =
          List.of(
              desk.submit(OWNER, limits(), () -> await(first)),
              desk.submit(
                  OWNER,
                  limits(),
                  () -> {
                    begun.countDown();
                    return await(second);
                  }));
      var idle = new CountDownLatch(1);
      var waiter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      desk.awaitIdle();
                      idle.countDown();
                    } catch (InterruptedException e) {
                      // the assertion below says so
                    }
                  });
      first.countDown();
      begun.await();
      assertThat(idle.getCount()).isEqualTo(1);
      second.countDown();
      waiter.join();
      assertThat(idle.getCount()).isZero();
      for (Future<Boolean> answer : answers) {
        assertThat(answer.get()).isTrue();
      }
    }
  }

  private static boolean await(CountDownLatch latch) throws InterruptedException {
    return latch.await(30, TimeUnit.SECONDS);
  }

  @Test
  void aDrainedDeskTakesNothingMore() throws Exception {
    try (var desk = new AnswerDesk(1, 1)) {
      Future<String> last = desk.submit(OWNER, limits(), () -> "last");
      assertThat(desk.drain(Duration.ofSeconds(5))).isTrue();
      assertThat(last.get()).isEqualTo("last");
      assertThatThrownBy(() -> desk.submit(OWNER, limits(), () -> "more"))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.SHUTTING_DOWN));
    }
  }

  @Test
  void whatIsCancelledLeavesTheQueueAndEndsBesideTheSlots() throws Exception {
    try (var desk = new AnswerDesk(1, 1)) {
      var end = new CountDownLatch(1);
      Future<Boolean> running = desk.submit(OWNER, limits(), () -> end.await(1, TimeUnit.MINUTES));
      RequestLimits unwanted = limits();
      Future<Boolean> waiting = desk.submit(OWNER, unwanted, () -> unwanted.cancel().cancelled());
      assertThat(desk.saturated()).isTrue();

      unwanted.cancel().cancel();

      assertThat(waiting.get()).as("it was run, and saw that it is unwanted").isTrue();
      assertThat(desk.waiting()).isZero();
      assertThat(desk.saturated()).isFalse();
      assertThat(running.isDone()).isFalse();
      end.countDown();
      assertThat(running.get()).isTrue();
    }
  }

  @Test
  void whatIsOverdueLeavesTheQueue() throws Exception {
    try (var desk = new AnswerDesk(1, 1)) {
      var end = new CountDownLatch(1);
      var _ = desk.submit(OWNER, limits(), () -> end.await(1, TimeUnit.MINUTES));
      var brief = new RequestLimits(Deadline.in(Duration.ofMillis(1)), new CancelSignal());
      Future<String> waiting = desk.submit(OWNER, brief, () -> "late");

      assertThatThrownBy(() -> AnswerDesk.await(waiting, brief))
          .isInstanceOfSatisfying(
              ApiException.class,
              e -> assertThat(e.code()).isEqualTo(ProblemCode.DEADLINE_EXCEEDED));
      assertThat(desk.waiting()).isZero();
      end.countDown();
    }
  }

  @Test
  void aDrainedDeskHasMadeWhatWaited() throws Exception {
    try (var desk = new AnswerDesk(1, 2)) {
      var end = new CountDownLatch(1);
      var _ = desk.submit(OWNER, limits(), () -> end.await(1, TimeUnit.MINUTES));
      Future<String> waiting = desk.submit(OWNER, limits(), () -> "made");
      assertThat(desk.drain(Duration.ofMillis(1))).isFalse();
      end.countDown();
      assertThat(desk.drain(Duration.ofMinutes(1))).isTrue();
      assertThat(waiting.get()).isEqualTo("made");
    }
  }
}
