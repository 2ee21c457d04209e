package io.retort.web.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** A figure over the rows of a run; the rows that it is not about are left out of it. */
@SuppressWarnings("ImmutableEnumChecker") // the functions below capture nothing that changes
public enum Metric {
  RECALL_AT_K(
      "an answering neighbour was read",
      Unit.SHARE,
      Row::sourceKnown,
      share(r -> r.readRank() != null)),
  MRR_AT_10(
      "reciprocal rank of the first answering neighbour of a search",
      Unit.SHARE,
      Row::sourceKnown,
      mean(r -> r.searchRank() == null ? 0 : 1.0 / r.searchRank())),
  NDCG_AT_10(
      "the same, discounted by the logarithm of the rank",
      Unit.SHARE,
      Row::sourceKnown,
      mean(r -> r.searchRank() == null ? 0 : Math.log(2) / Math.log(1.0 + r.searchRank()))),
  EM("answers that are exactly one of those expected", Unit.SHARE, Row::answerable, mean(Row::em)),
  F1("words shared with the best of those expected", Unit.SHARE, Row::answerable, mean(Row::f1)),
  CONTAINS(
      "answers that say one of those expected", Unit.SHARE, Row::answerable, mean(Row::contains)),
  F1_OVERALL(
      "F1, where declining what has no answer counts 1 (SQuAD 2.0)",
      Unit.SHARE,
      r -> true,
      rows ->
          rows.stream().allMatch(Row::answerable)
              ? Double.NaN
              : mean(r -> r.answerable() ? r.f1() : r.answered() ? 0 : 1).applyAsDouble(rows)),
  ANSWERED_SHARE("questions that got an answer", Unit.SHARE, r -> true, share(Row::answered)),
  ANSWERED_OF_ANSWERABLE(
      "of those that have one", Unit.SHARE, Row::answerable, share(Row::answered)),
  ANSWERED_OF_UNANSWERABLE(
      "of those that have none", Unit.COST, r -> !r.answerable(), share(Row::answered)),
  NO_ANSWER_F1("F1 of declining as a sign of no answer", Unit.SHARE, r -> true, Metric::noAnswerF1),
  AUROC(
      "a right answer is surer than a wrong one",
      Unit.SHARE,
      Row::answered,
      rows -> ConfidenceQuality.auroc(confidences(rows), right(rows))),
  ECE(
      "expected calibration error of the answers",
      Unit.COST,
      Row::answered,
      rows -> ConfidenceQuality.error(confidences(rows), right(rows))),
  RISK_COVERAGE_AREA(
      "wrong among the n surest answers, averaged over n",
      Unit.COST,
      Row::answered,
      rows -> ConfidenceQuality.riskCoverage(confidences(rows), right(rows))),
  CITATION_PRECISION(
      "citations of the source that answers",
      Unit.SHARE,
      r -> r.answered() && r.sourceKnown() && !r.citations().isEmpty(),
      rows ->
          rows.stream().mapToLong(Metric::fromSource).sum()
              / (double) rows.stream().mapToLong(r -> r.citations().size()).sum()),
  CITATION_RECALL(
      "answers that cite the source that answers",
      Unit.SHARE,
      r -> r.answered() && r.sourceKnown(),
      share(r -> fromSource(r) > 0)),
  GOLD_CITED_FIRST(
      "right answers that cite it before any other",
      Unit.SHARE,
      r -> r.right() && r.answered() && r.sourceKnown(),
      share(Row::citesSourceFirst)),
  FULLY_CITED(
      "answers without an unsupported sentence",
      Unit.SHARE,
      Row::answered,
      share(r -> r.unsupported() == 0)),
  CITATION_INVALID(
      "citations whose quote does not stand at its place",
      Unit.COUNT,
      Row::answered,
      rows ->
          rows.stream()
              .flatMap(r -> r.citations().stream())
              .filter(c -> Boolean.FALSE.equals(c.valid()))
              .count()),
  K_PRECISION(
      "words of the answers that stand in the neighbours",
      Unit.SHARE,
      r -> r.knowledgePrecision() != null,
      mean(r -> value(r.knowledgePrecision()))),
  NEAR_VERBATIM(
      "answers of which nine tenths stand in one run",
      Unit.SHARE,
      Row::answered,
      share(Row::nearVerbatim)),
  COPY_SHARE(
      "probability of the tokens that was copied",
      Unit.SHARE,
      r -> r.answered() && r.copyShare() != null && r.tokens() > 0,
      rows ->
          rows.stream().mapToDouble(r -> value(r.copyShare()) * r.tokens()).sum()
              / rows.stream().mapToLong(Row::tokens).sum()),
  KNOCK_OUT_MEDIAN_NATS(
      "what masking the first cited neighbour costs",
      Unit.NATS,
      r -> r.knockOutNats() != null,
      percentile(Row::knockOutNats, 50)),
  KNOCK_OUT_AGREEMENT(
      "masking any other neighbour costs less",
      Unit.SHARE,
      r -> r.knockOutAgreed() != null,
      share(r -> Boolean.TRUE.equals(r.knockOutAgreed()))),
  FIRST_TOKEN_P50_MS(
      "first token, median", Unit.MILLIS, Metric::timed, percentile(Row::firstTokenMs, 50)),
  FIRST_TOKEN_P95_MS(
      "first token, 95 %", Unit.MILLIS, Metric::timed, percentile(Row::firstTokenMs, 95)),
  TOTAL_P50_MS("whole answer, median", Unit.MILLIS, Row::answered, percentile(Row::totalMs, 50)),
  TOTAL_P95_MS("whole answer, 95 %", Unit.MILLIS, Row::answered, percentile(Row::totalMs, 95));

  /** What a figure counts in, and whether more of it is better. */
  public enum Unit {
    /** 0..1, more is better. */
    SHARE,
    /** 0..1, less is better. */
    COST,
    /** Less is better. */
    COUNT,
    /** More is better. */
    NATS,
    /** Less is better. */
    MILLIS;

    public boolean moreIsBetter() {
      return this == SHARE || this == NATS;
    }
  }

  private final String meaning;
  private final Unit unit;
  private final Predicate<Row> about;
  private final ToDoubleFunction<List<Row>> of;

  Metric(String meaning, Unit unit, Predicate<Row> about, ToDoubleFunction<List<Row>> of) {
    this.meaning = meaning;
    this.unit = unit;
    this.about = about;
    this.of = of;
  }

  /** In a few words, for a reader. */
  public String meaning() {
    return meaning;
  }

  public Unit unit() {
    return unit;
  }

  /** The rows that this is about. */
  List<Row> of(List<Row> rows) {
    List<Row> kept = new ArrayList<>(rows.size());
    for (Row row : rows) {
      if (row.error() == null && about.test(row)) {
        kept.add(row);
      }
    }
    return kept;
  }

  /** The figure, NaN if the rows do not say it. */
  double value(List<Row> rows) {
    List<Row> kept = of(rows);
    return kept.isEmpty() ? Double.NaN : of.applyAsDouble(kept);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static ToDoubleFunction<List<Row>> mean(ToDoubleFunction<Row> value) {
    return rows -> {
      double sum = 0;
      for (Row row : rows) {
        sum += value.applyAsDouble(row);
      }
      return sum / rows.size();
    };
  }

  private static ToDoubleFunction<List<Row>> share(Predicate<Row> hit) {
    return mean(row -> hit.test(row) ? 1 : 0);
  }

  private static ToDoubleFunction<List<Row>> percentile(
      Function<Row, @Nullable Double> value, double percent) {
    return rows ->
        Percentile.of(rows.stream().map(value).filter(Objects::nonNull).toList(), percent);
  }

  private static double value(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }

  private static boolean timed(Row row) {
    return row.answered() && row.firstTokenMs() != null;
  }

  private static double noAnswerF1(List<Row> rows) {
    long unanswerable = rows.stream().filter(r -> !r.answerable()).count();
    long declined = rows.stream().filter(r -> !r.answered()).count();
    long both = rows.stream().filter(r -> !r.answerable() && !r.answered()).count();
    return unanswerable == 0 ? Double.NaN : 2.0 * both / (unanswerable + declined);
  }

  private static long fromSource(Row row) {
    return row.citations().stream().filter(c -> Boolean.TRUE.equals(c.fromSource())).count();
  }

  static double[] confidences(List<Row> rows) {
    return rows.stream().mapToDouble(Row::confidence).toArray();
  }

  static List<Boolean> right(List<Row> rows) {
    return rows.stream().map(Row::right).toList();
  }
}
