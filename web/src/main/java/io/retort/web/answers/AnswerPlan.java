package io.retort.web.answers;

import io.retort.data.AccessScope;
import io.retort.data.RequestLimits;
import io.retort.generator.GenerationRequest;
import io.retort.web.access.Caller;
import io.retort.web.rooms.LoadedModels;
import java.time.Duration;
import java.time.Instant;

/**
 * A question, checked and bound to its caller, before it is let to a slot.
 *
 * @param arrivedAt of {@link System#nanoTime()}
 */
public record AnswerPlan(
    String id,
    AnswerBody body,
    Caller caller,
    AccessScope scope,
    LoadedModels models,
    GenerationRequest generation,
    History history,
    ScopedNeighbourSource.Plan retrieval,
    RequestLimits limits,
    Instant createdAt,
    long arrivedAt) {

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - arrivedAt);
  }

  boolean stored() {
    return !Boolean.FALSE.equals(body.store());
  }
}
