package io.retort.web.rest;

import io.retort.data.AccessScope;
import io.retort.data.ObjectId;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.JobKind;
import io.retort.data.store.JobRow;
import io.retort.data.store.JobState;
import io.retort.data.store.SliceRequest;
import io.retort.indexer.JobEvent;
import io.retort.indexer.JobWatch;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.json.InCapitals;
import io.retort.web.json.QueryModel;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.Problem;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.ProblemHandler;
import io.retort.web.problem.Refuses;
import io.retort.web.problem.TraceFilter;
import io.retort.web.rooms.Rooms;
import io.retort.web.runs.EvaluationRuns;
import io.retort.web.sse.EventStream;
import io.retort.web.sse.SentEvent;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** {@code /jobs}. */
@RestController
@Tag(name = "Jobs")
@RequestMapping("/api/v1/jobs")
class JobController {
  private final Rooms rooms;
  private final EvaluationRuns evaluations;
  private final AccessScopes scopes;
  private final JsonMapper json;

  JobController(Rooms rooms, EvaluationRuns evaluations, AccessScopes scopes, JsonMapper json) {
    this.rooms = rooms;
    this.evaluations = evaluations;
    this.scopes = scopes;
    this.json = json;
  }

  @QueryModel
  record JobsQuery(
      @Schema(description = "Only jobs of this kind.") @Nullable JobKind kind,
      @Schema(description = "Only jobs in this state.") @Nullable JobState state,
      @Schema(description = "Only jobs of this collection.") @Size(min = 1, max = 63)
          @Nullable String collection,
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 1_000)
          @Nullable String cursor) {}

  @QueryModel
  record ItemsQuery(
      @Schema(description = "Only documents with this status.") @InCapitals
          @Nullable DocumentStatus status,
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 1_000)
          @Nullable String cursor) {}

  @GetMapping(produces = "application/json")
  @Operation(operationId = "listJobs", summary = "Jobs, newest first")
  @Refuses(ProblemCode.INVALID_CURSOR)
  @Requires(Scope.READ)
  Page<JobView> list(@ParameterObject JobsQuery query, Caller caller) {
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    return Page.of(
        rooms
            .ingest()
            .jobs(
                query.kind(),
                query.state(),
                query.collection(),
                new SliceRequest(limit, query.cursor()),
                scopes.of(caller)),
        JobView::of);
  }

  @GetMapping(path = "/{id:[^:]+}", produces = "application/json")
  @Operation(operationId = "getJob", summary = "One job")
  @Refuses(ProblemCode.JOB_NOT_FOUND)
  @Requires(Scope.READ)
  JobView get(@PathVariable String id, Caller caller) {
    return JobView.of(find(id, scopes.of(caller)));
  }

  @GetMapping(path = "/{id}/items", produces = "application/json")
  @Operation(operationId = "listJobItems", summary = "What became of each file of a job")
  @Refuses({ProblemCode.JOB_NOT_FOUND, ProblemCode.INVALID_CURSOR})
  @Requires(Scope.READ)
  Page<JobView.ItemView> items(
      @PathVariable String id, @ParameterObject ItemsQuery query, Caller caller) {
    AccessScope scope = scopes.of(caller);
    find(id, scope);
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    return Page.of(
        rooms.ingest().items(id, query.status(), new SliceRequest(limit, query.cursor()), scope),
        JobView.ItemView::of);
  }

  @PostMapping(path = "/{id}:cancel", produces = "application/json")
  @Operation(
      operationId = "cancelJob",
      summary = "Stop a job",
      description = "What is searchable stays, what has not begun is dropped.")
  @Refuses({ProblemCode.JOB_NOT_FOUND, ProblemCode.JOB_FINAL})
  @Requires(Scope.WRITE)
  JobView cancel(@PathVariable String id, Caller caller) {
    AccessScope scope = scopes.of(caller);
    JobRow job = find(id, scope);
    return JobView.of(
        job.kind() == JobKind.EVALUATION
            ? evaluations.cancel(job, caller)
            : rooms.ingest().cancelJob(id, scope));
  }

  @PostMapping(path = "/{id}:retry", produces = "application/json")
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(operationId = "retryJob", summary = "Process the failed files of a job again")
  @Refuses({
    ProblemCode.JOB_NOT_FOUND,
    ProblemCode.NOTHING_TO_RETRY,
    ProblemCode.STORAGE_FULL,
    ProblemCode.OVERLOADED
  })
  @Requires(Scope.WRITE)
  ResponseEntity<JobView> retry(@PathVariable String id, Caller caller) {
    AccessScope scope = scopes.of(caller);
    find(id, scope);
    return accepted(JobView.of(rooms.ingest().retryJob(id, scope)));
  }

  static ResponseEntity<JobView> accepted(JobView job) {
    return ResponseEntity.accepted().location(URI.create("/api/v1/jobs/" + job.id())).body(job);
  }

  @GetMapping(path = "/{id}/events", produces = "text/event-stream")
  @Operation(
      operationId = "watchJob",
      summary = "Watch a job",
      description =
          "Server-sent events: job (at the start and at each change of state), item, "
              + "progress, and at last done or error. With Last-Event-ID they go on after that "
              + "one.")
  @Refuses({ProblemCode.JOB_NOT_FOUND, ProblemCode.INVALID_PARAMETER})
  @Requires(Scope.READ)
  @ApiResponse(
      responseCode = "200",
      description = "Events job, item, progress; the last is done or error.",
      content =
          @Content(
              mediaType = "text/event-stream",
              schema = @Schema(implementation = SentEvent.class)))
  @Parameter(
      in = ParameterIn.HEADER,
      name = "Last-Event-ID",
      description = "The id of the last event that was seen.",
      schema = @Schema(type = "string"))
  void events(
      @PathVariable String id,
      Caller caller,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InterruptedException {
    AccessScope scope = scopes.of(caller);
    find(id, scope);
    JobWatch watch = rooms.ingest().watch(id, lastSeen(id, request), scope);
    var gone = new AtomicBoolean();
    var stream = new EventStream(json, () -> gone.set(true));
    String instance = request.getRequestURI();
    String traceId = TraceFilter.traceId(request);
    Thread.ofVirtual()
        .name("job-events")
        .start(() -> pump(watch, stream, gone, id, instance, traceId));
    stream.writeTo(response);
  }

  private void pump(
      JobWatch watch,
      EventStream stream,
      AtomicBoolean gone,
      String id,
      String instance,
      String traceId) {
    try (watch) {
      while (!gone.get() && !watch.finished()) {
        if (rooms.isClosing()) {
          fail(stream, id, stopping(), instance, traceId); // it resumes after the restart
          return;
        }
        for (JobEvent event : watch.next(Duration.ofSeconds(1))) {
          offer(stream, id, event);
        }
      }
    } catch (InterruptedException e) {
      fail(stream, id, stopping(), instance, traceId);
    } catch (RuntimeException e) {
      fail(stream, id, ProblemHandler.toApiException(e), instance, traceId);
    }
  }

  private static ApiException stopping() {
    return new ApiException(ProblemCode.SHUTTING_DOWN, "the service is stopping");
  }

  private static void offer(EventStream stream, String job, JobEvent event) {
    String id = job + ":" + event.number();
    switch (event) {
      case JobEvent.JobChanged(long _, JobRow row) ->
          stream.offer("job", id, JobView.of(row), false);
      case JobEvent.ItemChanged(long _, var item) ->
          stream.offer("item", id, JobView.ItemView.of(item), false);
      case JobEvent.Progressed(long _, JobRow row) ->
          stream.offer("progress", id, JobView.of(row), false);
      case JobEvent.Done(long _, JobRow row) -> stream.offer("done", id, JobView.of(row), true);
    }
  }

  private static void fail(
      EventStream stream, String id, ApiException problem, String instance, String traceId) {
    stream.offer("error", id + ":0", Problem.of(problem, instance, traceId), true);
  }

  private static long lastSeen(String job, HttpServletRequest request) {
    String header = request.getHeader("Last-Event-ID");
    if (header == null || header.isEmpty()) {
      return 0;
    }
    String prefix = job + ":";
    if (header.startsWith(prefix) && header.substring(prefix.length()).matches("\\d{1,18}")) {
      return Long.parseLong(header.substring(prefix.length()));
    }
    throw ApiException.wrongField(
        ProblemCode.INVALID_PARAMETER,
        new FieldError("Last-Event-ID", "invalid", "is no event id of this job"));
  }

  private JobRow find(String id, AccessScope scope) {
    if (ObjectId.isOf("job", id)) {
      var job = rooms.ingest().job(id, scope);
      if (job.isPresent()) {
        return job.get();
      }
    }
    throw new ApiException(ProblemCode.JOB_NOT_FOUND, "there is no such job");
  }
}
