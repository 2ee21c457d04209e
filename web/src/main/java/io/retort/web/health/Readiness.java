package io.retort.web.health;

import io.retort.data.store.LedgerStore;
import io.retort.web.answers.AnswerDesk;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.rooms.Rooms;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/** Models loaded, index open, store reachable, not saturated: asked anew each time. */
@Component("rooms")
final class Readiness extends AbstractHealthIndicator {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Rooms rooms;
  private final LedgerStore store;
  private final AnswerDesk desk;

  Readiness(Rooms rooms, LedgerStore store, AnswerDesk desk) {
    this.rooms = rooms;
    this.store = store;
    this.desk = desk;
  }

  /**
   * Why the service is not ready; empty if it is. A request may wait for the store, but whoever
   * asks here is told within a moment that it does not answer.
   */
  Optional<ApiException> problem() {
    var look = new FutureTask<>(this::look);
    Thread.ofVirtual().name("readiness").start(look);
    try {
      return look.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("the store has not answered for {} ms", PATIENCE.toMillis());
    } catch (ExecutionException e) {
      LOG.warn("the store cannot be read", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return unavailable();
  }

  private Optional<ApiException> look() {
    Optional<ApiException> shut = rooms.notReady();
    if (shut.isPresent()) {
      return shut;
    }
    rooms.documents().collectionIds(); // throws if the store does not answer
    if (store.syncFailed()) {
      return unavailable();
    }
    return desk.saturated()
        ? Optional.of(
            new ApiException(ProblemCode.OVERLOADED, "every slot and its queue are taken"))
        : Optional.empty();
  }

  private static Optional<ApiException> unavailable() {
    return Optional.of(
        new ApiException(ProblemCode.STORE_UNAVAILABLE, "the store cannot be reached"));
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    problem()
        .ifPresentOrElse(
            problem -> builder.outOfService().withDetail("reason", problem.code().code()),
            builder::up);
  }
}
