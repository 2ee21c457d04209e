package io.retort.web.evaluation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run as its file keeps it: how it was made, what it measured, and each question with its answer.
 *
 * @param format of the file
 * @param seconds that the run took, without a time in which its service was stopped
 * @param leftOut lines of the question set that could not be read
 * @param metrics by name; what the rows do not say is not there
 * @param intervals of the metrics, 95 %
 * @param riskCoverage what a threshold of confidence would leave, and how much of that is wrong
 * @param reliability confidence and success of the answers in bins of equal width
 * @param latency of the answers, the quickest first; of an earlier program's file empty
 * @param outcomes how many questions had each verdict, by its name; likewise
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
    List<Latency> latency,
    Map<String, Integer> outcomes,
    @Nullable Comparison comparison,
    List<Row> rows) {
  /** The format that this program writes and reads. */
  public static final int FORMAT = 1;

  private static final int THRESHOLDS = 20;
  private static final int LATENCIES = 50;

  public EvaluationRun {
    requireNonNull(conditions, "conditions");
    requireNonNull(machine, "machine");
    requireNonNull(startedAt, "startedAt");
    requireNonNull(finishedAt, "finishedAt");
    requireNonNull(counts, "counts");
    leftOut = List.copyOf(leftOut);
    riskCoverage = List.copyOf(riskCoverage);
    reliability = List.copyOf(reliability);
    latency = latency == null ? List.of() : List.copyOf(latency);
    outcomes = outcomes == null ? Map.of() : outcomes;
    rows = List.copyOf(rows);
    requireNonNull(metrics, "metrics");
    requireNonNull(intervals, "intervals");
  }

  /** The models that answered, as the service names them. */
  public record Model(String decoder, String encoder, String fingerprint, String device) {}

  /** What asked the questions; of a service elsewhere it says nothing. */
  public record Machine(int cores, String processor, String system, String java) {
    /** This one. */
    public static Machine current() throws IOException {
      return new Machine(
          Runtime.getRuntime().availableProcessors(),
          processorName(),
          System.getProperty("os.name") + " " + System.getProperty("os.arch"),
          System.getProperty("java.runtime.version"));
    }

    /** Where the system tells it (Linux), else the architecture alone. */
    private static String processorName() throws IOException {
      Path file = Path.of("/proc/cpuinfo");
      if (Files.isReadable(file)) {
        try (Stream<String> lines = Files.lines(file, UTF_8)) {
          return lines
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse(System.getProperty("os.arch"));
        }
      }
      return System.getProperty("os.arch");
    }
  }

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

  /**
   * The share of answers that were there after so long.
   *
   * @param firstTokenMs null if no answer has one
   */
  public record Latency(double share, @Nullable Double firstTokenMs, double totalMs) {}

  /**
   * Measures the rows.
   *
   * @param taken how long the questions took
   */
  public static EvaluationRun of(
      Conditions conditions,
      @Nullable Model model,
      Machine machine,
      Instant startedAt,
      Instant finishedAt,
      Duration taken,
      List<String> leftOut,
      List<Row> rows) {
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
        taken.toMillis() / 1e3,
        Counts.of(rows, leftOut.size()),
        leftOut,
        metrics,
        intervals,
        riskCoverage(rows),
        reliability(rows),
        latency(rows),
        outcomes(rows),
        null,
        rows);
  }

  /** This run beside an earlier one. */
  public EvaluationRun comparedWith(EvaluationRun before) {
    return with(
        Comparison.of(before, rows, conditions.seed(), changes(conditions, model, before)), rows);
  }

  /** The same figures with these rows, which they must be of. */
  EvaluationRun withRows(List<Row> others) {
    return with(comparison, others);
  }

  private EvaluationRun with(@Nullable Comparison compared, List<Row> shown) {
    return new EvaluationRun(
        format,
        conditions,
        model,
        machine,
        startedAt,
        finishedAt,
        seconds,
        counts,
        leftOut,
        metrics,
        intervals,
        riskCoverage,
        reliability,
        latency,
        outcomes,
        compared,
        shown);
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

  static List<Latency> latency(List<Row> rows) {
    List<Row> answered = rows.stream().filter(Row::answered).toList();
    List<Double> first = answered.stream().map(Row::firstTokenMs).filter(Objects::nonNull).toList();
    List<Double> total = answered.stream().map(Row::totalMs).toList();
    List<Latency> curve = new ArrayList<>();
    for (int step = 1; step <= LATENCIES && !answered.isEmpty(); step++) {
      double share = (double) step / LATENCIES;
      curve.add(
          new Latency(
              share,
              first.isEmpty() ? null : Percentile.of(first, 100 * share),
              Percentile.of(total, 100 * share)));
    }
    return curve;
  }

  private static Map<String, Integer> outcomes(List<Row> rows) {
    Map<String, Integer> outcomes = new LinkedHashMap<>();
    for (Verdict verdict : Verdict.values()) {
      outcomes.put(verdict.toString(), 0);
    }
    rows.forEach(row -> outcomes.merge(row.verdict().toString(), 1, Integer::sum));
    return outcomes;
  }

  /** Whether every question got an answer or an abstention, and every line was read. */
  public boolean complete() {
    return counts.failed() == 0 && counts.leftOut() == 0;
  }
}
