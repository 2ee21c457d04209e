package io.retort.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.EvaluationStore.Evaluation;
import io.retort.data.store.ItemOutcome;
import io.retort.data.store.ItemPhase;
import io.retort.data.store.ItemRow;
import io.retort.data.store.JobKind;
import io.retort.data.store.JobRow;
import io.retort.data.store.JobState;
import io.retort.data.store.Reason;
import io.retort.indexer.Accepted;
import io.retort.web.json.InCapitals;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A job as the API shows it.
 *
 * @param items only in the answer to the upload that made the job
 * @param evaluationId only in the answer to the request for the run that is the job
 */
record JobView(
    String id,
    @Schema(implementation = JobKind.class) String kind,
    @Nullable String collection,
    @Schema(implementation = JobState.class) String state,
    @Schema(
            description =
                "0 to 1, of the work that is known; never falls. Null while the total is unknown.")
        @Nullable Double progress,
    @Nullable Integer total,
    int completed,
    int failed,
    int unchanged,
    long chunksWritten,
    @Nullable Long etaSeconds,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Reason error,
    @Schema(description = "Only in the answer to the upload that made the job.")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable List<AcceptedItem> items,
    @Schema(description = "Only of a run that a job carries out.")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable String evaluationId) {

  @Schema(name = "AcceptedItem")
  record AcceptedItem(
      String path,
      @Nullable String documentId,
      @InCapitals @Schema(implementation = DocumentStatus.class) String status,
      @Nullable Reason reason) {}

  /** A file of a job. */
  @Schema(name = "JobItem")
  record ItemView(
      String path,
      @Nullable String documentId,
      @InCapitals @Schema(implementation = DocumentStatus.class) String status,
      @Schema(implementation = ItemOutcome.class, description = "Null before the end.")
          @Nullable String outcome,
      @Schema(implementation = ItemPhase.class) String phase,
      int chunksDone,
      @Nullable Integer chunksTotal,
      int attempts,
      @Nullable Reason reason) {

    static ItemView of(ItemRow row) {
      return new ItemView(
          row.path(),
          row.documentId(),
          row.status().name(),
          row.outcome() == null ? null : word(row.outcome()),
          word(row.phase()),
          row.chunksDone(),
          row.chunksTotal(),
          row.attempts(),
          row.reason());
    }
  }

  static JobView of(JobRow row) {
    return of(row, null, null);
  }

  static JobView of(Evaluation queued) {
    return of(queued.job(), null, queued.id());
  }

  static JobView of(Accepted accepted) {
    return of(
        accepted.job(),
        accepted.items().stream()
            .map(i -> new AcceptedItem(i.path(), i.documentId(), i.status().name(), i.reason()))
            .toList(),
        null);
  }

  private static JobView of(
      JobRow row, @Nullable List<AcceptedItem> items, @Nullable String evaluationId) {
    return new JobView(
        row.id(),
        word(row.kind()),
        row.collection(),
        word(row.state()),
        row.progress(),
        row.total(),
        row.completed(),
        row.failed(),
        row.unchanged(),
        row.chunksWritten(),
        row.etaSeconds(),
        row.createdAt(),
        row.startedAt(),
        row.finishedAt(),
        row.error(),
        items,
        evaluationId);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
