package io.retort.web.rest;

import io.retort.data.store.EvaluationStore.Evaluation;
import io.retort.data.store.JobRow;
import io.retort.data.store.Reason;
import io.retort.web.evaluation.EvaluationRun;
import io.retort.web.evaluation.RunFile;
import io.retort.web.runs.RunSettings;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run as the API shows it. What it measured is null or empty unless it came to its end.
 *
 * @param k null where the service decides
 * @param minConfidence null is the models' calibration
 * @param limit null is the whole set
 * @param questions that it asks
 * @param intervals of the metrics, 95 %
 * @param seconds that it took
 */
record EvaluationView(
    String id,
    String jobId,
    String state,
    @Nullable Double progress,
    String collection,
    String dataset,
    String datasetSha256,
    String style,
    @Nullable Integer k,
    @Nullable Double minConfidence,
    @Nullable Integer limit,
    long seed,
    int knockOuts,
    int questions,
    EvaluationRun.@Nullable Counts counts,
    Map<String, Double> metrics,
    Map<String, EvaluationRun.Interval> intervals,
    List<EvaluationRun.RiskCoverage> riskCoverage,
    List<EvaluationRun.Reliability> reliability,
    List<EvaluationRun.Latency> latency,
    Map<String, Integer> outcomes,
    EvaluationRun.@Nullable Model model,
    EvaluationRun.@Nullable Machine machine,
    @Nullable String version,
    List<String> leftOut,
    @Nullable Reason error,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Schema(description = "What it took, without a time in which the service was stopped.")
        @Nullable Double seconds) {

  static EvaluationView of(Evaluation evaluation, RunSettings settings) {
    JobRow job = evaluation.job();
    EvaluationRun run = evaluation.figures() == null ? null : RunFile.figures(evaluation.figures());
    return new EvaluationView(
        evaluation.id(),
        job.id(),
        job.state().name().toLowerCase(Locale.ROOT),
        job.progress(),
        evaluation.collection(),
        evaluation.dataset(),
        evaluation.sha256(),
        settings.style().toString(),
        settings.k(),
        settings.minConfidence(),
        settings.limit() == 0 ? null : settings.limit(),
        settings.seed(),
        settings.knockOuts(),
        job.total() == null ? 0 : job.total(),
        run == null ? null : run.counts(),
        run == null ? Map.of() : run.metrics(),
        run == null ? Map.of() : run.intervals(),
        run == null ? List.of() : run.riskCoverage(),
        run == null ? List.of() : run.reliability(),
        run == null ? List.of() : run.latency(),
        run == null ? Map.of() : run.outcomes(),
        run == null ? null : run.model(),
        run == null ? null : run.machine(),
        run == null ? null : run.conditions().version(),
        run == null ? List.of() : run.leftOut(),
        job.error(),
        job.createdAt(),
        job.startedAt(),
        job.finishedAt(),
        run == null ? null : run.seconds());
  }
}
