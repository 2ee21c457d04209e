package io.retort.web.answers;

import io.retort.data.ObjectId;
import io.retort.generator.KnockOut;
import io.retort.generator.Usage;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.answers.AnswerView.TimingsView;
import io.retort.web.json.QueryModel;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.Problem;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.problem.TraceFilter;
import io.retort.web.sse.Accepted;
import io.retort.web.sse.EventStream;
import io.retort.web.sse.SentEvent;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /answers}: ask and wait, ask and watch, look again, stop, and put an answer to the test.
 */
@RestController
@Tag(name = "Answers")
@RequestMapping("/api/v1/answers")
class AnswerController {
  private final AnswerService answers;
  private final KeptAnswers kept;
  private final JsonMapper json;

  AnswerController(AnswerService answers, KeptAnswers kept, JsonMapper json) {
    this.answers = answers;
    this.kept = kept;
    this.json = json;
  }

  @PostMapping(produces = {"application/json", "text/event-stream"})
  @Operation(
      operationId = "ask",
      summary = "Ask a question",
      description =
          "With Accept: text/event-stream as server-sent events: retrieval, token and "
              + "citation as they come, abstained if there is no answer, usage, and at last "
              + "done with the whole answer, or error with a problem. Closing the stream "
              + "cancels.")
  @Refuses({
    ProblemCode.COLLECTION_NOT_FOUND,
    ProblemCode.CONVERSATION_NOT_FOUND,
    ProblemCode.CONVERSATION_FULL,
    ProblemCode.QUESTION_TOO_LONG,
    ProblemCode.INVALID_FILTER,
    ProblemCode.UNKNOWN_FILTER_FIELD,
    ProblemCode.OVERLOADED,
    ProblemCode.MODELS_LOADING,
    ProblemCode.MODEL_UNAVAILABLE,
    ProblemCode.INDEX_DEGRADED,
    ProblemCode.DEADLINE_EXCEEDED
  })
  @Requires(Scope.ASK)
  @ApiResponse(
      responseCode = "200",
      description = "The answer; as a stream its events, of which the last is done or error.",
      content = {
        @Content(
            mediaType = "application/json",
            schema = @Schema(implementation = AnswerView.class)),
        @Content(
            mediaType = "text/event-stream",
            schema = @Schema(implementation = SentEvent.class))
      })
  @Nullable AnswerView ask(
      @RequestBody AnswerBody body,
      Caller caller,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InterruptedException {
    boolean streamed = Accepted.stream(request);
    answers.refuseOverload(caller);
    AnswerPlan plan = answers.plan(body, AnswerTerms.NONE, caller);
    if (streamed) {
      stream(plan, request, response);
      return null;
    }
    return answers.await(plan, answers.start(plan, AnswerListener.NONE));
  }

  private void stream(AnswerPlan plan, HttpServletRequest request, HttpServletResponse response)
      throws IOException, InterruptedException {
    var stream = new EventStream(json, () -> plan.limits().cancel().cancel());
    var number = new AtomicInteger();
    AnswerListener listener = (event, data) -> stream.offer(event, id(plan, number), data, false);
    Future<AnswerView> answer = answers.start(plan, listener);
    String instance = request.getRequestURI();
    String traceId = TraceFilter.traceId(request);
    answers.whenDone(
        plan,
        answer,
        view -> {
          listener.on("usage", new UsageEvent(view.usage(), view.timings()));
          stream.offer("done", id(plan, number), view, true);
        },
        (ApiException e) ->
            stream.offer("error", id(plan, number), Problem.of(e, instance, traceId), true));
    stream.writeTo(response);
  }

  private static String id(AnswerPlan plan, AtomicInteger number) {
    return plan.id() + ":" + number.incrementAndGet();
  }

  record UsageEvent(Usage usage, TimingsView timings) {}

  @QueryModel
  record Shown(
      @Schema(description = "What to show in addition; raw_scores is for administrators.")
          @Size(min = 0, max = 8)
          @Nullable List<AnswerInclude> include) {}

  @GetMapping(path = "/{id:[^:]+}", produces = "application/json")
  @Operation(
      operationId = "getAnswer",
      summary = "A stored answer",
      description = "For the credential that asked.")
  @Refuses(ProblemCode.ANSWER_NOT_FOUND)
  @Requires(Scope.ASK)
  AnswerView find(@PathVariable String id, @ParameterObject Shown shown, Caller caller) {
    Set<AnswerInclude> include = shown.include() == null ? Set.of() : Set.copyOf(shown.include());
    return kept.find(known(id), caller, include);
  }

  @PostMapping("/{id}:cancel")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      operationId = "cancelAnswer",
      summary = "Stop an answer",
      description = "For the credential that asked; one that has ended already stays as it is.")
  @Refuses(ProblemCode.ANSWER_NOT_FOUND)
  @Requires(Scope.ASK)
  void cancel(@PathVariable String id, Caller caller) {
    if (!answers.cancel(known(id), caller)) {
      kept.find(id, caller, Set.of()); // one that has ended already is no error, an unknown one is
    }
  }

  @RequestBodyModel
  @Schema(name = "KnockOutRequest")
  record KnockOutBody(
      @NotNull @Size(min = 1, max = 64) List<@Size(min = 1, max = 50) String> chunkIds) {}

  @Schema(name = "KnockOut", description = "In nats.")
  record KnockOutView(double logprob, double maskedLogprob, double knockOut) {}

  @PostMapping(path = "/{id}:knock-out", produces = "application/json")
  @Operation(
      operationId = "knockOut",
      summary = "What an answer loses without some of its neighbours",
      description = "The stored answer is scored again with these neighbours masked.")
  @Refuses({
    ProblemCode.ANSWER_NOT_FOUND,
    ProblemCode.VERSION_GONE,
    ProblemCode.OVERLOADED,
    ProblemCode.MODELS_LOADING,
    ProblemCode.MODEL_UNAVAILABLE,
    ProblemCode.INDEX_DEGRADED,
    ProblemCode.DEADLINE_EXCEEDED
  })
  @Requires(Scope.ASK)
  KnockOutView knockOut(@PathVariable String id, @RequestBody KnockOutBody body, Caller caller)
      throws InterruptedException {
    KnockOut result = kept.knockOut(known(id), caller, body.chunkIds());
    return new KnockOutView(result.logProbability(), result.maskedLogProbability(), result.nats());
  }

  private static String known(String id) {
    if (!ObjectId.isOf("ans", id)) {
      throw KeptAnswers.notFound();
    }
    return id;
  }
}
