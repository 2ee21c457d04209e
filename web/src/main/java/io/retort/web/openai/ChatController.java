package io.retort.web.openai;

import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.answers.AnswerListener;
import io.retort.web.answers.AnswerPlan;
import io.retort.web.answers.AnswerService;
import io.retort.web.answers.AnswerView;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.sse.EventStream;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** {@code POST /v1/chat/completions}: an answer, whole or as a stream. */
@RestController
@Tag(name = "OpenAI")
class ChatController {
  private final AnswerService answers;
  private final JsonMapper json;

  ChatController(AnswerService answers, JsonMapper json) {
    this.answers = answers;
    this.json = json;
  }

  /** A chunk of a stream as the description shows it. */
  @Schema(name = "ChatStreamEvent")
  record SentChunk(@Schema(description = "A chunk as JSON, or [DONE].") String data) {}

  /** The body says whether it is a stream; the Accept header of OpenAI's clients does not. */
  @PostMapping(
      path = "/v1/chat/completions",
      produces = {"application/json", "text/event-stream"})
  @Operation(
      operationId = "createChatCompletion",
      summary = "Ask in a chat",
      description =
          "The model is a collection's id, the last message the question. With stream the "
              + "chunks come as server-sent events, of which the last is [DONE].")
  @Refuses({
    ProblemCode.COLLECTION_NOT_FOUND,
    ProblemCode.UNSUPPORTED_PARAMETER,
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
      description = "The completion; as a stream its chunks, of which the last is [DONE].",
      content = {
        @Content(
            mediaType = "application/json",
            schema = @Schema(implementation = ChatCompletion.class)),
        @Content(
            mediaType = "text/event-stream",
            schema = @Schema(implementation = SentChunk.class))
      })
  @Nullable ResponseEntity<ChatCompletion> complete(
      @RequestBody ChatBody body,
      Caller caller,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InterruptedException {
    answers.refuseOverload(caller);
    ChatQuestion question =
        ChatQuestion.of(body, answers.historyTurns(body.options().historyTurns()));
    AnswerPlan plan = question.plan(answers, caller);
    // The gate let no foreign Host header through.
    String base = request.getScheme() + "://" + request.getHeader("Host");
    if (body.streamed()) {
      stream(body, question, plan, base, response);
      return null;
    }
    AnswerView view = answers.await(plan, answers.start(plan, AnswerListener.NONE));
    return ResponseEntity.ok()
        .contentType(MediaType.APPLICATION_JSON)
        .body(answer(view, body, question, base).completion(body.model()));
  }

  private void stream(
      ChatBody body,
      ChatQuestion question,
      AnswerPlan plan,
      String base,
      HttpServletResponse response)
      throws IOException, InterruptedException {
    var out = new EventStream(json, () -> plan.limits().cancel().cancel());
    var chat = new ChatStream(out, json, plan, body);
    chat.begin();
    Future<AnswerView> answer = answers.start(plan, chat);
    answers.whenDone(
        plan, answer, view -> chat.end(answer(view, body, question, base)), chat::fail);
    out.writeTo(response);
  }

  private static ChatAnswer answer(
      AnswerView view, ChatBody body, ChatQuestion question, String base) {
    return new ChatAnswer(view, question, body.withLogprobs(), base);
  }
}
