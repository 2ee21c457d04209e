package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run beside an earlier one, over the questions that both have: the same id and the same words.
 *
 * @param with the earlier run's command
 * @param common questions that both answered or declined
 * @param onlyNow,onlyBefore questions that the other run does not have, or failed at
 * @param changes in which conditions the two runs differ
 * @param gained ids that are right now and were not
 * @param lost ids that were right and are not now
 * @param differences by metric
 */
public record Comparison(
    String with,
    Instant finishedAt,
    int common,
    int onlyNow,
    int onlyBefore,
    List<String> changes,
    List<String> gained,
    List<String> lost,
    Map<String, Difference> differences) {
  static final double ROUNDING = 1e-9;

  public Comparison {
    requireNonNull(with, "with");
    requireNonNull(finishedAt, "finishedAt");
    changes = List.copyOf(changes);
    gained = List.copyOf(gained);
    lost = List.copyOf(lost);
    requireNonNull(differences, "differences");
  }

  /** {@code now − before} with its paired 95 % interval. */
  public record Difference(double now, double before, double difference, double low, double high) {
    /** Whether the interval leaves out zero, by more than sums are off. */
    public boolean clear() {
      return low > ROUNDING || high < -ROUNDING;
    }
  }

  static Comparison of(EvaluationRun before, List<Row> rows, long seed, List<String> changes) {
    Map<String, Row> byId = new HashMap<>();
    for (Row row : before.rows()) {
      if (row.error() == null) {
        byId.put(row.id(), row);
      }
    }
    int had = byId.size();
    List<Row> now = new ArrayList<>();
    List<Row> then = new ArrayList<>();
    for (Row row : rows) {
      Row other = byId.get(row.id());
      if (row.error() == null && other != null && other.question().equals(row.question())) {
        now.add(row);
        then.add(other);
      }
    }
    List<String> gained = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    for (int i = 0; i < now.size(); i++) {
      if (now.get(i).right() != then.get(i).right()) {
        (now.get(i).right() ? gained : lost).add(now.get(i).id());
      }
    }
    return new Comparison(
        before.conditions().command(),
        before.finishedAt(),
        now.size(),
        rows.size() - now.size(),
        had - now.size(),
        changes,
        gained,
        lost,
        now.isEmpty() ? Map.of() : differences(now, then, seed));
  }

  private static Map<String, Difference> differences(List<Row> now, List<Row> then, long seed) {
    Map<String, Difference> differences = new LinkedHashMap<>();
    Map<Metric, Bootstrap.Interval> intervals = Bootstrap.differences(now, then, seed);
    for (Metric metric : Metric.values()) {
      double value = metric.value(now);
      double other = metric.value(then);
      Bootstrap.Interval interval = intervals.get(metric);
      if (interval != null && !Double.isNaN(value - other)) {
        differences.put(
            metric.toString(),
            new Difference(value, other, value - other, interval.low(), interval.high()));
      }
    }
    return differences;
  }
}
