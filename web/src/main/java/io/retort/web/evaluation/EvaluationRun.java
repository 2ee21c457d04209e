package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run as its file keeps it: how it was made, what it measured, and each question with its answer.
 *
 * @param format of the file
 * @param leftOut lines of the question set that could not be read
 * @param metrics by name; what the rows do not say is not there
 * @param intervals of the metrics, 95 %
 * @param riskCoverage what a threshold of confidence would leave, and how much of that is wrong
 * @param reliability confidence and success of the answers in bins of equal width
 * @param comparison with an earlier run, null if there was none
 */
public record EvaluationRun(
    int format,
    Conditions conditions,
    @Nullable Model model,
    Machine machine,
    Instant startedAt,
    Instant finishedAt,
    double seconds,
    Counts counts,
    List<String> leftOut,
    Map<String, Double> metrics,
    Map<String, Interval> intervals,
    List<RiskCoverage> riskCoverage,
    List<Reliability> reliability,
    @Nullable Comparison comparison,
    List<Row> rows) {
  /** The format that this program writes and reads. */
  public static final int FORMAT = 1;

  private static final int THRESHOLDS = 20;

  public EvaluationRun {
    requireNonNull(conditions, "conditions");
    requireNonNull(machine, "machine");
    requireNonNull(startedAt, "startedAt");
    requireNonNull(finishedAt, "finishedAt");
    requireNonNull(counts, "counts");
    leftOut = List.copyOf(leftOut);
    riskCoverage = List.copyOf(riskCoverage);
    reliability = List.copyOf(reliability);
    rows = List.copyOf(rows);
    requireNonNull(metrics, "metrics");
    requireNonNull(intervals, "intervals");
  }

  /** The models that answered, as the service names them. */
  public record Model(String decoder, String encoder, String fingerprint, String device) {}

  /** What ran the verb; of a service elsewhere it says nothing. */
  public record Machine(int cores, String processor, String system, String java) {}

  /** How many questions there were of each kind. */
  public record Counts(
      int questions, int answerable, int unanswerable, int answered, int failed, int leftOut) {
    static Counts of(List<Row> rows, int leftOut) {
      int answerable = count(rows.stream().filter(Row::answerable));
      return new Counts(
          rows.size(),
          answerable,
          rows.size() - answerable,
          count(rows.stream().filter(Row::answered)),
          count(rows.stream().filter(row -> row.error() != null)),
          leftOut);
    }

    private static int count(Stream<Row> rows) {
      return Math.toIntExact(rows.count());
    }
  }

  /**
   * The 95 % interval of a metric.
   *
   * @param n questions that the metric is about
   */
  public record Interval(double low, double high, int n) {}

  /**
   * @param coverage share of all questions whose answer is at least so sure
   * @param risk share of wrong ones among these answers
   */
  public record RiskCoverage(double minConfidence, double coverage, double risk) {}

  /**
   * @param confidence mean of the bin
   * @param right share of right answers in it
   */
  public record Reliability(double from, double to, int count, double confidence, double right) {}

  /** Measures the rows. */
  public static EvaluationRun of(
      Conditions conditions,
      @Nullable Model model,
      Machine machine,
      Instant startedAt,
      Instant finishedAt,
      List<String> leftOut,
      List<Row> rows,
      @Nullable EvaluationRun before) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    Map<String, Interval> intervals = new LinkedHashMap<>();
    Map<Metric, Bootstrap.Interval> drawn = Bootstrap.intervals(rows, conditions.seed());
    for (Metric metric : Metric.values()) {
      double value = metric.value(rows);
      Bootstrap.Interval interval = drawn.get(metric);
      if (!Double.isNaN(value) && interval != null) {
        metrics.put(metric.toString(), value);
        intervals.put(
            metric.toString(),
            new Interval(interval.low(), interval.high(), metric.of(rows).size()));
      }
    }
    return new EvaluationRun(
        FORMAT,
        conditions,
        model,
        machine,
        startedAt,
        finishedAt,
        Duration.between(startedAt, finishedAt).toMillis() / 1e3,
        Counts.of(rows, leftOut.size()),
        leftOut,
        metrics,
        intervals,
        riskCoverage(rows),
        reliability(rows),
        before == null
            ? null
            : Comparison.of(before, rows, conditions.seed(), changes(conditions, model, before)),
        rows);
  }

  private static List<String> changes(
      Conditions conditions, @Nullable Model model, EvaluationRun before) {
    List<String> changes = new ArrayList<>(conditions.differences(before.conditions));
    Conditions.note(changes, "fingerprint", fingerprint(before.model), fingerprint(model));
    return changes;
  }

  private static @Nullable String fingerprint(@Nullable Model model) {
    return model == null ? null : model.fingerprint();
  }

  static List<RiskCoverage> riskCoverage(List<Row> rows) {
    List<RiskCoverage> curve = new ArrayList<>();
    for (int step = 0; step < THRESHOLDS; step++) {
      double threshold = (double) step / THRESHOLDS;
      List<Row> kept =
          rows.stream().filter(Row::answered).filter(r -> r.confidence() >= threshold).toList();
      if (kept.isEmpty()) {
        break;
      }
      curve.add(
          new RiskCoverage(
              threshold,
              (double) kept.size() / rows.size(),
              (double) kept.stream().filter(r -> !r.right()).count() / kept.size()));
    }
    return curve;
  }

  static List<Reliability> reliability(List<Row> rows) {
    List<Reliability> bins = new ArrayList<>();
    for (int bin = 0; bin < ConfidenceQuality.BINS; bin++) {
      int number = bin;
      List<Row> in =
          rows.stream()
              .filter(Row::answered)
              .filter(r -> ConfidenceQuality.bin(r.confidence()) == number)
              .toList();
      if (!in.isEmpty()) {
        bins.add(
            new Reliability(
                (double) bin / ConfidenceQuality.BINS,
                (bin + 1.0) / ConfidenceQuality.BINS,
                in.size(),
                in.stream().mapToDouble(Row::confidence).average().orElseThrow(),
                (double) in.stream().filter(Row::right).count() / in.size()));
      }
    }
    return bins;
  }

  /** Whether every question got an answer or an abstention, and every line was read. */
  public boolean complete() {
    return counts.failed() == 0 && counts.leftOut() == 0;
  }
}
