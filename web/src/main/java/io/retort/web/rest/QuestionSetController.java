package io.retort.web.rest;

import io.retort.data.store.EvaluationStore.QuestionSet;
import io.retort.data.store.SliceRequest;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.evaluation.QuestionFile;
import io.retort.web.json.QueryModel;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.runs.QuestionSets;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /evaluations/datasets}: question sets that runs draw from. */
@RestController
@Tag(name = "Evaluation")
@RequestMapping(path = "/api/v1/evaluations/datasets", produces = "application/json")
class QuestionSetController {
  private static final int LARGEST_SET = 16 << 20;
  private static final String QUESTIONS =
      """
      {"id": "carry-over", "question": "How many unused leave days can I carry over?", "answers": ["five"]}
      {"id": "snow", "question": "When is the pavement cleared of snow?", "answers": []}
      """;

  private final QuestionSets sets;

  QuestionSetController(QuestionSets sets) {
    this.sets = sets;
  }

  /**
   * A question set.
   *
   * @param unanswerable of the questions
   * @param leftOut how many lines could not be read
   */
  @Schema(name = "Dataset")
  record SetView(
      String name,
      String sha256,
      int bytes,
      int questions,
      int unanswerable,
      int leftOut,
      Instant createdAt,
      Instant updatedAt) {
    static SetView of(QuestionSet set) {
      return new SetView(
          set.name(),
          set.sha256(),
          set.bytes(),
          set.questions(),
          set.unanswerable(),
          set.leftOut(),
          set.createdAt(),
          set.updatedAt());
    }
  }

  /**
   * A set that was put.
   *
   * @param complaints about the lines that were left out
   */
  @Schema(name = "PutDataset")
  record PutView(SetView dataset, List<LineView> complaints) {}

  /** What is wrong with a line. */
  @Schema(name = "LineComplaint")
  record LineView(int line, String message) {
    static LineView of(QuestionFile.Complaint complaint) {
      return new LineView(complaint.line(), complaint.problem());
    }
  }

  @QueryModel
  record PutQuery(
      @Schema(description = "false leaves lines out that are no questions; true if absent.")
          @Nullable Boolean strict) {}

  @PutMapping("/{name}")
  @Operation(
      operationId = "putQuestionSet",
      summary = "Keep a question set",
      description =
          "One JSON object a line, with question and answers, a list that is empty where there is"
              + " none. The caller's own set of this name is replaced.")
  @ApiResponse(responseCode = "200", description = "It took the place of the one before.")
  @ApiResponse(responseCode = "201", description = "It was made.")
  @Refuses({
    ProblemCode.INVALID_PARAMETER,
    ProblemCode.INVALID_DATASET,
    ProblemCode.DATASET_EXISTS,
    ProblemCode.BODY_TOO_LARGE
  })
  @Requires(Scope.WRITE)
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/x-ndjson",
              schema = @Schema(type = "string"),
              examples = @ExampleObject(QUESTIONS)))
  ResponseEntity<PutView> put(
      @PathVariable String name,
      @ParameterObject PutQuery query,
      Caller caller,
      HttpServletRequest request)
      throws IOException {
    if (!name.matches("[a-z0-9][a-z0-9-]{0,62}")) {
      throw ApiException.wrongField(
          ProblemCode.INVALID_PARAMETER,
          new FieldError("name", "pattern", "must match [a-z0-9][a-z0-9-]{0,62}"));
    }
    byte[] body = request.getInputStream().readNBytes(LARGEST_SET + 1);
    if (body.length > LARGEST_SET) {
      throw new ApiException(
          ProblemCode.BODY_TOO_LARGE,
          "a question set of at most " + LARGEST_SET + " bytes is taken");
    }
    QuestionSets.Put put = sets.put(name, body, !Boolean.FALSE.equals(query.strict()), caller);
    var view =
        new PutView(SetView.of(put.set()), put.leftOut().stream().map(LineView::of).toList());
    return ResponseEntity.status(put.created() ? HttpStatus.CREATED : HttpStatus.OK).body(view);
  }

  @QueryModel
  record SetsQuery(
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 100)
          @Nullable String cursor) {}

  @GetMapping
  @Operation(operationId = "listQuestionSets", summary = "Question sets")
  @Refuses(ProblemCode.INVALID_CURSOR)
  @Requires(Scope.WRITE)
  Page<SetView> list(@ParameterObject SetsQuery query, Caller caller) {
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    return Page.of(sets.list(new SliceRequest(limit, query.cursor()), caller), SetView::of);
  }

  @DeleteMapping("/{name}")
  @Operation(
      operationId = "deleteQuestionSet",
      summary = "Delete a question set; runs over it stay")
  @Refuses(ProblemCode.DATASET_NOT_FOUND)
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Requires(Scope.WRITE)
  void delete(@PathVariable String name, Caller caller) {
    sets.delete(name, caller);
  }
}
