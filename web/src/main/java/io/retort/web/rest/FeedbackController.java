package io.retort.web.rest;

import io.retort.data.AccessScope;
import io.retort.data.store.FeedbackStore;
import io.retort.data.store.FeedbackStore.Feedback;
import io.retort.data.store.FeedbackStore.Opinion;
import io.retort.data.store.FeedbackStore.Rated;
import io.retort.data.store.FeedbackStore.Rating;
import io.retort.data.store.FeedbackStore.Reason;
import io.retort.data.store.Slice;
import io.retort.data.store.SliceRequest;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.answers.AnswerMetrics;
import io.retort.web.answers.KeptAnswers;
import io.retort.web.json.QueryModel;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.rooms.Rooms;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** What askers say about their answers, and the data set that administrators make of it. */
@RestController
@Tag(name = "Feedback")
@RequestMapping("/api/v1")
class FeedbackController {
  private static final MediaType LINES = new MediaType("application", "x-ndjson");

  private final FeedbackStore feedback;
  private final KeptAnswers answers;
  private final AnswerMetrics metrics;
  private final Rooms rooms;
  private final AccessScopes scopes;
  private final JsonMapper json;

  FeedbackController(
      FeedbackStore feedback,
      KeptAnswers answers,
      AnswerMetrics metrics,
      Rooms rooms,
      AccessScopes scopes,
      JsonMapper json) {
    this.feedback = feedback;
    this.answers = answers;
    this.metrics = metrics;
    this.rooms = rooms;
    this.scopes = scopes;
    this.json = json;
  }

  @RequestBodyModel
  @Schema(name = "FeedbackRequest")
  record FeedbackBody(
      @NotNull Rating rating,
      @Size(min = 0, max = 6) @Nullable List<Reason> reasons,
      @Size(min = 0, max = 2_000) @Nullable String comment,
      @Size(min = 0, max = 2_000) @Nullable String expectedAnswer) {

    Opinion opinion() {
      return new Opinion(
          rating,
          reasons == null ? Set.of() : Set.copyOf(reasons),
          comment == null ? "" : comment,
          expectedAnswer == null ? "" : expectedAnswer);
    }
  }

  @Schema(name = "Feedback")
  record FeedbackView(
      String id,
      String answerId,
      String question,
      @Schema(implementation = Rating.class) String rating,
      List<String> reasons,
      String comment,
      String expectedAnswer,
      Instant createdAt,
      Instant updatedAt) {

    static FeedbackView of(Feedback feedback, String question) {
      Opinion opinion = feedback.opinion();
      return new FeedbackView(
          feedback.id(),
          feedback.answerId(),
          question,
          word(opinion.rating()),
          opinion.reasons().stream().sorted().map(FeedbackView::word).toList(),
          opinion.comment(),
          opinion.expectedAnswer(),
          feedback.createdAt(),
          feedback.updatedAt());
    }

    private static String word(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT);
    }
  }

  @PutMapping(path = "/answers/{id}/feedback", produces = "application/json")
  @Operation(
      operationId = "putFeedback",
      summary = "Say what you think of an answer",
      description = "One opinion for each credential and answer; a later one takes its place.")
  @Refuses(ProblemCode.ANSWER_NOT_FOUND)
  @Requires(Scope.ASK)
  FeedbackView put(@PathVariable String id, @RequestBody FeedbackBody body, Caller caller) {
    String question = answers.view(id, caller).question();
    Feedback put =
        feedback
            .put(id, caller.id(), body.opinion())
            .orElseThrow(KeptAnswers::notFound); // it was purged a moment ago
    FeedbackView view = FeedbackView.of(put, question);
    metrics.rated(view.rating());
    return view;
  }

  @GetMapping(path = "/answers/{id}/feedback", produces = "application/json")
  @Operation(operationId = "getFeedback", summary = "The caller's opinion of an answer")
  @Refuses({ProblemCode.ANSWER_NOT_FOUND, ProblemCode.FEEDBACK_NOT_FOUND})
  @Requires(Scope.ASK)
  FeedbackView get(@PathVariable String id, Caller caller) {
    String question = answers.view(id, caller).question();
    return feedback
        .find(id, caller.id())
        .map(found -> FeedbackView.of(found, question))
        .orElseThrow(FeedbackController::notFound);
  }

  @DeleteMapping("/answers/{id}/feedback")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(operationId = "deleteFeedback", summary = "Take the caller's opinion back")
  @Refuses({ProblemCode.ANSWER_NOT_FOUND, ProblemCode.FEEDBACK_NOT_FOUND})
  @Requires(Scope.ASK)
  void delete(@PathVariable String id, Caller caller) {
    answers.require(id, caller);
    if (!feedback.delete(id, caller.id())) {
      throw notFound();
    }
  }

  @QueryModel
  record FeedbackQuery(
      @Schema(description = "Only feedback with this rating.") @Nullable Rating rating,
      @Schema(description = "Only feedback on answers from this collection.")
          @Size(min = 1, max = 63)
          @Nullable String collection,
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 100)
          @Nullable String cursor) {}

  @GetMapping(
      path = "/feedback",
      produces = {"application/json", "application/x-ndjson"})
  @Operation(
      operationId = "listFeedback",
      summary = "All feedback",
      description = "With Accept: application/x-ndjson a data set for evaluations.")
  @Refuses(ProblemCode.INVALID_CURSOR)
  @Requires(Scope.ADMIN)
  @ApiResponse(
      responseCode = "200",
      description =
          "A part of the list; as lines a data set for evaluations, of all feedback that tells what"
              + " a question's answer is.",
      content = {
        @Content(
            mediaType = "application/json",
            schema = @Schema(implementation = FeedbackPage.class)),
        @Content(
            mediaType = "application/x-ndjson",
            schema = @Schema(implementation = FeedbackExample.class))
      })
  @Nullable FeedbackPage list(
      @ParameterObject FeedbackQuery query,
      Caller caller,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    if (AcceptedType.isOther(request, LINES)) {
      refusePart(query);
      writeLines(query, scopes.of(caller), response);
      return null;
    }
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    Slice<Rated> slice =
        feedback.list(query.rating(), query.collection(), new SliceRequest(limit, query.cursor()));
    return new FeedbackPage(
        slice.items().stream()
            .map(r -> FeedbackView.of(r.feedback(), answers.read(r.answer()).question()))
            .toList(),
        slice.nextCursor());
  }

  /** A list's part, by its own name in the description. */
  record FeedbackPage(List<FeedbackView> items, @Nullable String nextCursor) {}

  /** Lines have no place for a next cursor. */
  private static void refusePart(FeedbackQuery query) {
    var errors = new ArrayList<FieldError>();
    if (query.limit() != null) {
      errors.add(new FieldError("limit", "not_allowed", "is for JSON; the data set is whole"));
    }
    if (query.cursor() != null) {
      errors.add(new FieldError("cursor", "not_allowed", "is for JSON; the data set is whole"));
    }
    if (!errors.isEmpty()) {
      throw ApiException.wrongFields(ProblemCode.INVALID_PARAMETER, errors);
    }
  }

  private void writeLines(FeedbackQuery query, AccessScope scope, HttpServletResponse response)
      throws IOException {
    response.setContentType(LINES.toString());
    OutputStream out = response.getOutputStream();
    var part = SliceRequest.first(100);
    while (true) {
      Slice<Rated> slice = feedback.list(query.rating(), query.collection(), part);
      for (Rated rated : slice.items()) {
        Optional<FeedbackExample> example =
            FeedbackExample.of(
                rated.feedback(), answers.read(rated.answer()), rooms.documents(), scope);
        if (example.isPresent()) {
          out.write(json.writeValueAsString(example.get()).getBytes(StandardCharsets.UTF_8));
          out.write('\n');
        }
      }
      if (slice.nextCursor() == null) {
        return;
      }
      part = new SliceRequest(100, slice.nextCursor());
    }
  }

  private static ApiException notFound() {
    return new ApiException(ProblemCode.FEEDBACK_NOT_FOUND, "there is no feedback for this answer");
  }
}
