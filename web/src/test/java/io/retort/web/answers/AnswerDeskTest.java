package io.retort.web.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AnswerDeskTest {
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
      assertThatThrownBy(() -> desk.submit(() -> 9))
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
              desk.submit(() -> await(first)),
              desk.submit(
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
      Future<String> last = desk.submit(() -> "last");
      assertThat(desk.drain(Duration.ofSeconds(5))).isTrue();
      assertThat(last.get()).isEqualTo("last");
      assertThatThrownBy(() -> desk.submit(() -> "more"))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.SHUTTING_DOWN));
    }
  }
}
