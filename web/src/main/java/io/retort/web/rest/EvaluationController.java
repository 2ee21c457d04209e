package io.retort.web.rest;

import io.retort.data.store.EvaluationStore.Evaluation;
import io.retort.data.store.SliceRequest;
import io.retort.generator.AnswerStyle;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.evaluation.Comparison;
import io.retort.web.evaluation.Report;
import io.retort.web.evaluation.Row;
import io.retort.web.evaluation.RunFile;
import io.retort.web.evaluation.Verdict;
import io.retort.web.json.QueryModel;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.runs.EvaluationRuns;
import io.retort.web.runs.EvaluationRuns.Compared;
import io.retort.web.runs.RunSettings;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /evaluations}: runs, their rows and figures, two of them side by side. */
@RestController
@Tag(name = "Evaluation")
@RequestMapping("/api/v1/evaluations")
class EvaluationController {
  /** Any id but the name of the resource beside it, whose methods are not those of a run. */
  private static final String RUN = "/{id:(?!datasets$).+}";

  private final EvaluationRuns runs;

  EvaluationController(EvaluationRuns runs) {
    this.runs = runs;
  }

  @RequestBodyModel
  @Schema(name = "EvaluationRequest")
  record EvaluationBody(
      @NotNull @Size(min = 1, max = 63) String collection,
      @NotNull @Size(min = 1, max = 63) String dataset,
      @Nullable AnswerStyle style,
      @Min(1) @Max(32) @Nullable Integer k,
      @DecimalMin("0") @DecimalMax("1") @Nullable Double minConfidence,
      @Min(1) @Max(100_000) @Nullable Integer limit,
      @Min(0) @Max((1L << 53) - 1) @Nullable Long seed,
      @Min(0) @Max(1_000) @Nullable Integer knockOuts) {

    RunSettings settings() {
      return new RunSettings(
          style == null ? AnswerStyle.SHORT : style,
          k,
          minConfidence,
          limit == null ? 0 : limit,
          seed == null ? 0 : seed,
          knockOuts == null ? 0 : knockOuts);
    }
  }

  @PostMapping(produces = "application/json")
  @Operation(
      operationId = "startEvaluation",
      summary = "Put a question set to a collection",
      description =
          "One run at a time, behind the questions of users; the others wait. Its progress is its"
              + " job's.")
  @ApiResponse(responseCode = "202", description = "The job that carries the run out.")
  @Refuses({
    ProblemCode.COLLECTION_NOT_FOUND,
    ProblemCode.DATASET_NOT_FOUND,
    ProblemCode.MODEL_UNAVAILABLE,
    ProblemCode.OVERLOADED
  })
  @Requires(Scope.WRITE)
  ResponseEntity<JobView> start(@RequestBody EvaluationBody body, Caller caller) {
    Evaluation queued = runs.start(body.collection(), body.dataset(), body.settings(), caller);
    return JobController.accepted(JobView.of(queued));
  }

  @QueryModel
  record EvaluationsQuery(
      @Schema(description = "Only runs over this collection.") @Size(min = 1, max = 63)
          @Nullable String collection,
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 100)
          @Nullable String cursor) {}

  @GetMapping(produces = "application/json")
  @Operation(operationId = "listEvaluations", summary = "Runs, newest first")
  @Refuses(ProblemCode.INVALID_CURSOR)
  @Requires(Scope.WRITE)
  Page<EvaluationView> list(@ParameterObject EvaluationsQuery query, Caller caller) {
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    return Page.of(
        runs.list(query.collection(), new SliceRequest(limit, query.cursor()), caller), this::view);
  }

  @GetMapping(path = RUN, produces = "application/json")
  @Operation(operationId = "getEvaluation", summary = "A run with its figures, once it has ended")
  @Refuses(ProblemCode.EVALUATION_NOT_FOUND)
  @Requires(Scope.WRITE)
  EvaluationView get(@PathVariable String id, Caller caller) {
    return view(runs.find(id, caller));
  }

  private EvaluationView view(Evaluation evaluation) {
    return EvaluationView.of(evaluation, runs.settings(evaluation));
  }

  @DeleteMapping(RUN)
  @Operation(operationId = "deleteEvaluation", summary = "Delete a run that has ended")
  @Refuses({ProblemCode.EVALUATION_NOT_FOUND, ProblemCode.EVALUATION_RUNNING})
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Requires(Scope.WRITE)
  void delete(@PathVariable String id, Caller caller) {
    runs.delete(id, caller);
  }

  @QueryModel
  record RowsQuery(
      @Schema(description = "Only questions of which this became.") @Nullable Verdict verdict,
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 100)
          @Nullable String cursor) {}

  @GetMapping(path = RUN + "/rows", produces = "application/json")
  @Operation(
      operationId = "listEvaluationRows",
      summary = "The questions of a run with their answers and scores")
  @Refuses({ProblemCode.EVALUATION_NOT_FOUND, ProblemCode.INVALID_CURSOR})
  @Requires(Scope.WRITE)
  Page<Row> rows(@PathVariable String id, @ParameterObject RowsQuery query, Caller caller) {
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    return Page.of(
        runs.rows(id, query.verdict(), new SliceRequest(limit, query.cursor()), caller),
        row -> row);
  }

  @QueryModel
  record WithQuery(
      @Schema(description = "The id of the earlier run.") @NotNull @Size(min = 1, max = 30)
          String with) {}

  /**
   * A run beside an earlier one.
   *
   * @param changes in which conditions the two differ
   * @param gained right now, and was not
   * @param lost was right, and is no longer
   */
  @Schema(name = "EvaluationComparison")
  record ComparisonView(
      String id,
      String with,
      Instant withFinishedAt,
      int common,
      int onlyNow,
      int onlyBefore,
      List<String> changes,
      List<Changed> gained,
      List<Changed> lost,
      Map<String, Difference> differences) {}

  /** A question, by its id in the set. */
  @Schema(name = "ChangedQuestion")
  record Changed(String id, String question) {}

  /**
   * {@code now − before} with its paired 95 % interval.
   *
   * @param clear whether the interval leaves out zero
   */
  @Schema(name = "MetricDifference")
  record Difference(
      double now, double before, double difference, double low, double high, boolean clear) {}

  @GetMapping(path = RUN + "/compare", produces = "application/json")
  @Operation(
      operationId = "compareEvaluations",
      summary = "A run beside an earlier one",
      description = "Over the questions of both; differences have paired 95 % intervals.")
  @Refuses({
    ProblemCode.EVALUATION_NOT_FOUND,
    ProblemCode.EVALUATION_UNFINISHED,
    ProblemCode.OVERLOADED
  })
  @Requires(Scope.WRITE)
  ComparisonView compare(@PathVariable String id, @ParameterObject WithQuery query, Caller caller)
      throws Exception {
    Compared compared = runs.compare(id, query.with(), caller);
    Comparison comparison = compared.comparison();
    Map<String, Difference> differences = new LinkedHashMap<>();
    comparison
        .differences()
        .forEach(
            (name, d) ->
                differences.put(
                    name,
                    new Difference(
                        d.now(), d.before(), d.difference(), d.low(), d.high(), d.clear())));
    return new ComparisonView(
        id,
        query.with(),
        comparison.finishedAt(),
        comparison.common(),
        comparison.onlyNow(),
        comparison.onlyBefore(),
        comparison.changes(),
        changed(comparison.gained(), compared),
        changed(comparison.lost(), compared),
        differences);
  }

  private static List<Changed> changed(List<String> ids, Compared compared) {
    return ids.stream()
        .map(id -> new Changed(id, compared.questions().getOrDefault(id, "")))
        .toList();
  }

  @QueryModel
  record FileQuery(
      @Schema(description = "The id of an earlier run to compare with.") @Size(min = 1, max = 30)
          @Nullable String with) {}

  /** The run as {@code retort eval --out} writes it. */
  @GetMapping(path = RUN + "/file")
  @Operation(operationId = "getEvaluationFile", summary = "A run as a file")
  @Refuses({
    ProblemCode.EVALUATION_NOT_FOUND,
    ProblemCode.EVALUATION_UNFINISHED,
    ProblemCode.OVERLOADED
  })
  @Requires(Scope.WRITE)
  @ApiResponse(
      responseCode = "200",
      description =
          "The run with all its rows, as retort eval --out writes it and --compare reads it.",
      content = @Content(mediaType = "application/json", schema = @Schema(type = "object")))
  ResponseEntity<byte[]> file(
      @PathVariable String id, @ParameterObject FileQuery query, Caller caller) throws Exception {
    return saved(
        RunFile.bytes(runs.whole(id, query.with(), caller)),
        MediaType.APPLICATION_JSON,
        id + ".json");
  }

  /** The run as {@code retort eval --report} writes it. */
  @GetMapping(path = RUN + "/report")
  @Operation(operationId = "getEvaluationReport", summary = "A run as a page to keep")
  @Refuses({
    ProblemCode.EVALUATION_NOT_FOUND,
    ProblemCode.EVALUATION_UNFINISHED,
    ProblemCode.OVERLOADED
  })
  @Requires(Scope.WRITE)
  @ApiResponse(
      responseCode = "200",
      description = "The run as one page with charts that fetches and runs nothing.",
      content = @Content(mediaType = "text/html", schema = @Schema(type = "string")))
  ResponseEntity<byte[]> report(
      @PathVariable String id, @ParameterObject FileQuery query, Caller caller) throws Exception {
    return saved(
        Report.html(runs.whole(id, query.with(), caller)).getBytes(StandardCharsets.UTF_8),
        new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8),
        id + ".html");
  }

  /** Never shown under this service's address: only saved. */
  private static ResponseEntity<byte[]> saved(byte[] body, MediaType type, String name) {
    return ResponseEntity.ok()
        .contentType(type)
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            ContentDisposition.attachment().filename(name).build().toString())
        .header("Content-Security-Policy", "sandbox; default-src 'none'")
        .body(body);
  }
}
