package io.retort.web.answers;

import io.retort.data.CancelSignal;
import io.retort.data.Deadline;
import io.retort.data.ObjectId;
import io.retort.data.RequestLimits;
import io.retort.generator.AnswerStyle;
import io.retort.generator.GenerationRequest;
import io.retort.generator.Sampling;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.access.Scope;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.retort.web.rooms.LoadedModels;
import io.retort.web.rooms.Rooms;
import io.retort.web.search.CollectionChoice;
import io.retort.web.search.FilterReader;
import io.retort.web.settings.RetortSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Plans answers, lets them to the slots, and knows those that are being made. */
public final class AnswerService {
  private final Rooms rooms;
  private final AccessScopes scopes;
  private final EarlierTurns earlier;
  private final RetortSettings settings;
  private final AnswerDesk desk;
  private final AnswerMaker maker;
  private final AnswerMetrics metrics;
  private final Clock clock;
  private final ConcurrentHashMap<String, AnswerPlan> running = new ConcurrentHashMap<>();

  AnswerService(
      Rooms rooms,
      AccessScopes scopes,
      EarlierTurns earlier,
      RetortSettings settings,
      AnswerDesk desk,
      AnswerMaker maker,
      AnswerMetrics metrics,
      Clock clock) {
    this.rooms = rooms;
    this.scopes = scopes;
    this.earlier = earlier;
    this.settings = settings;
    this.desk = desk;
    this.maker = maker;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Overload is told before the store is asked anything. */
  public void refuseOverload(Caller caller) {
    try {
      desk.refuse(caller);
    } catch (ApiException e) {
      metrics.rejected(e.code().code());
      throw e;
    }
  }

  /** Everything about the request that can be wrong is found here, before any work. */
  public AnswerPlan plan(AnswerBody body, AnswerTerms terms, Caller caller) {
    long arrivedAt = System.nanoTime();
    if (body.includes(AnswerInclude.RAW_SCORES)) {
      caller.require(Scope.ADMIN);
    }
    var choice =
        CollectionChoice.of(
            body.collection(), body.collections(), rooms.documents(), scopes.of(caller));
    var filters = FilterReader.read(body.filters(), choice.collections());
    LoadedModels models = rooms.models();
    checkIndex(choice);
    checkLength(body.question(), models);
    History history = history(body, terms, caller);
    AnswerStyle style =
        body.style() == null ? AnswerStyle.parse(settings.answers().style()) : body.style();
    int ownMost = body.maxTokens() == null ? style.maxTokens() : body.maxTokens();
    var generation =
        GenerationRequest.of(body.question())
            .history(history.turns())
            .style(style)
            .sampling(
                Sampling.of(
                    orElse(body.temperature(), 0.0),
                    orElse(body.topP(), 1.0),
                    body.seed() == null ? 0 : body.seed()))
            .maxTokens(Math.min(ownMost, terms.maxTokens()))
            .stop(terms.stop())
            .minConfidence(body.minConfidence())
            .freezeNeighbours(Boolean.TRUE.equals(body.freezeNeighbours()))
            .build();
    var retrieval =
        new ScopedNeighbourSource.Plan(
            body.k() == null ? settings.answers().k() : body.k(),
            body.mode() == null ? settings.retrieval().searchMode() : body.mode(),
            body.rerank() == null ? settings.retrieval().rerank() : body.rerank(),
            filters,
            settings.retrieval().candidates(),
            settings.retrieval().perDocument());
    Duration timeout =
        body.timeoutMs() == null
            ? settings.answers().timeout()
            : Duration.ofMillis(body.timeoutMs());
    return new AnswerPlan(
        ObjectId.create("ans"),
        body,
        caller,
        choice.scope(),
        models,
        generation,
        history,
        retrieval,
        new RequestLimits(Deadline.in(timeout), new CancelSignal()),
        clock.instant().truncatedTo(ChronoUnit.MILLIS),
        arrivedAt);
  }

  /** How many earlier turns count where a request does not say. */
  public int historyTurns(@Nullable Integer wanted) {
    return wanted == null ? settings.answers().historyTurns() : wanted;
  }

  /** A body names its conversation, or its terms bring the turns along. */
  private History history(AnswerBody body, AnswerTerms terms, Caller caller) {
    return body.conversationId() == null
        ? new History(terms.history(), List.of())
        : earlier.before(body.conversationId(), historyTurns(body.historyTurns()), caller);
  }

  /** An answer from half an index would look like one from all of it. */
  private void checkIndex(CollectionChoice choice) {
    rooms.retriever();
    if (rooms.documents().missingChunks(choice.scope()) > 0) {
      throw ApiException.retryAfter(
          ProblemCode.INDEX_DEGRADED,
          "a part of the index is being built again",
          Duration.ofSeconds(5));
    }
  }

  private static void checkLength(String question, LoadedModels models) {
    int tokens = models.generator().questionTokens(question);
    int most = models.generator().maxQuestionTokens();
    if (tokens > most) {
      throw ApiException.wrongField(
          ProblemCode.QUESTION_TOO_LONG,
          new FieldError(
              "question",
              "too_long",
              "has " + tokens + " decoder tokens, at most " + most + " are taken",
              null,
              1,
              most));
    }
  }

  private static double orElse(@Nullable Double value, double fallback) {
    return value == null ? fallback : value;
  }

  /** Lets the plan to a slot or refuses it at once. */
  public Future<AnswerView> start(AnswerPlan plan, AnswerListener listener) {
    running.put(plan.id(), plan);
    try {
      return desk.submit(
          plan.caller(),
          plan.limits(),
          () -> {
            try {
              return maker.make(plan, listener);
            } finally {
              running.remove(plan.id());
            }
          });
    } catch (ApiException e) {
      running.remove(plan.id());
      metrics.rejected(e.code().code());
      throw e;
    }
  }

  /** Waits for the whole answer. */
  public AnswerView await(AnswerPlan plan, Future<AnswerView> answer) throws InterruptedException {
    try {
      return AnswerDesk.await(answer, plan.limits());
    } catch (ApiException e) {
      metrics.failed();
      throw e;
    }
  }

  /** Runs {@code done} or {@code failed} on a thread of its own when the answer is there. */
  public void whenDone(
      AnswerPlan plan,
      Future<AnswerView> answer,
      Consumer<AnswerView> done,
      Consumer<ApiException> failed) {
    Thread.ofVirtual()
        .name("answer-end")
        .start(
            () -> {
              try {
                done.accept(await(plan, answer));
              } catch (ApiException e) {
                failed.accept(e);
              } catch (InterruptedException e) {
                failed.accept(
                    new ApiException(ProblemCode.SHUTTING_DOWN, "the service is stopping"));
              }
            });
  }

  /** Stops an answer that the caller has asked for; false if there is none being made. */
  boolean cancel(String id, Caller caller) {
    AnswerPlan plan = running.get(id);
    if (plan == null || !plan.caller().id().equals(caller.id())) {
      return false;
    }
    plan.limits().cancel().cancel();
    return true;
  }

  /** Stops everything that is being made. */
  public void cancelAll() {
    running.values().forEach(plan -> plan.limits().cancel().cancel());
  }
}
