package io.retort.web.evaluation;

import io.retort.web.evaluation.Charts.Part;
import io.retort.web.evaluation.Charts.Whisker;
import io.retort.web.evaluation.Comparison.Difference;
import io.retort.web.evaluation.EvaluationRun.Interval;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run as one HTML page that fetches nothing and runs nothing. */
public final class Report {
  private static final int MOST_ROWS = 500;

  private static final List<Metric> HEADLINES =
      List.of(
          Metric.EM,
          Metric.F1,
          Metric.ANSWERED_SHARE,
          Metric.CITATION_PRECISION,
          Metric.TOTAL_P50_MS);

  private static final String STYLE =
      """
      :root { color-scheme: light dark;
        --paper: light-dark(#fbfaf7, #16191a); --raised: light-dark(#ffffff, #1e2324);
        --ink: light-dark(#1c2321, #e6e9e6); --quiet: light-dark(#5a6661, #9aa6a0);
        --line: light-dark(#dcdfd8, #333b39); --one: light-dark(#22624f, #7cc4ac);
        --two: light-dark(#3b5fa8, #8fb0ee); --bad: light-dark(#b3541e, #f0a06b);
        --idle: light-dark(#979e94, #7a857f); }
      * { box-sizing: border-box; }
      body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.25rem 4rem; background: var(--paper);
        color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
      h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.125rem; margin: 2.5rem 0 .75rem; }
      h3 { font-size: 1rem; margin: 0 0 .5rem; font-weight: 600; }
      p { margin: .25rem 0; } .quiet { color: var(--quiet); font-size: .875rem; }
      code { font: .8125rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
      .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));
        gap: .75rem; margin-top: 1.5rem; }
      .tile, figure { background: var(--raised); border: 1px solid var(--line);
        border-radius: .5rem; padding: 1rem; margin: 0; }
      .tile b { display: block; font-size: 1.75rem; line-height: 1.2; font-weight: 600;
        font-variant-numeric: tabular-nums; }
      .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr));
        gap: .75rem; }
      figure.wide { grid-column: 1 / -1; }
      svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
      svg text { fill: var(--ink); } svg .tick { fill: var(--quiet); font-size: 11px; }
      svg .strong { font-weight: 600; } svg .middle { text-anchor: middle; }
      svg .end { text-anchor: end; } svg .figure { font-variant-numeric: tabular-nums; }
      svg .one-text { fill: var(--one); } svg .two-text { fill: var(--two); }
      .grid { stroke: var(--line); stroke-width: 1; } .zero { stroke: var(--quiet); }
      .reference { stroke: var(--quiet); stroke-dasharray: 4 4; }
      .line { fill: none; stroke-width: 2; } .line.one { stroke: var(--one); }
      .line.two { stroke: var(--two); } .whisker { stroke-width: 2; }
      .one .dot, .bar.right { fill: var(--one); } .one .whisker { stroke: var(--one); }
      .worse .dot, .bar.wrong { fill: var(--bad); } .worse .whisker { stroke: var(--bad); }
      .even .dot, .bar.declined { fill: var(--idle); } .even .whisker { stroke: var(--idle); }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; width: 100%; font-size: .875rem; }
      th, td { text-align: left; vertical-align: top; padding: .375rem .75rem .375rem 0;
        border-bottom: 1px solid var(--line); }
      th { font-weight: 600; } .number { text-align: right; white-space: nowrap;
        font-variant-numeric: tabular-nums; }
      .rows td { min-width: 5rem; overflow-wrap: anywhere; } .rows td.said { min-width: 14rem; }
      .bad { color: var(--bad); } .good { color: var(--one); }
      dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1rem;
        margin: 0; font-size: .875rem; }
      dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
      """;

  private final EvaluationRun run;
  private final Markup page = new Markup();
  private final Charts charts = new Charts(page);

  private Report(EvaluationRun run) {
    this.run = run;
  }

  public static String html(EvaluationRun run) {
    return new Report(run).write();
  }

  private String write() {
    String title = title();
    page.open("html", "lang", "en", "xmlns", "http://www.w3.org/1999/xhtml").open("head");
    page.empty("meta", "charset", "utf-8");
    page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    page.empty(
        "meta",
        "http-equiv",
        "Content-Security-Policy",
        "content",
        "default-src 'none'; style-src 'unsafe-inline'");
    page.leaf("title", title).open("style").text(STYLE).close().close();
    page.open("body");
    head(title);
    tiles();
    Comparison comparison = run.comparison();
    if (comparison != null) {
      comparison(comparison);
    }
    pictures();
    table();
    conditions();
    rows();
    return page.close().close().finished();
  }

  private String title() {
    String collection = run.conditions().collection();
    return collection == null
        ? "Evaluation with neighbours: " + run.conditions().neighbours()
        : "Evaluation of the collection " + collection;
  }

  private void head(String title) {
    EvaluationRun.Counts counts = run.counts();
    page.leaf("h1", title);
    page.leaf(
        "p",
        number(
            "%,d questions, %,d with an answer and %,d without · style %s · %s",
            counts.questions(),
            counts.answerable(),
            counts.unanswerable(),
            run.conditions().style(),
            run.finishedAt().truncatedTo(ChronoUnit.SECONDS)),
        "class",
        "quiet");
    if (counts.failed() > 0) {
      page.leaf(
          "p",
          number("%,d of the questions failed and are not in the figures", counts.failed()),
          "class",
          "bad");
    }
    if (counts.leftOut() > 0) {
      page.leaf(
          "p",
          number("%,d of the set's lines could not be read", counts.leftOut()),
          "class",
          "bad");
    }
  }

  private void tiles() {
    page.open("div", "class", "tiles");
    for (Metric metric : HEADLINES) {
      Double value = run.metrics().get(metric.toString());
      Interval interval = run.intervals().get(metric.toString());
      if (value != null && interval != null) {
        page.open("div", "class", "tile");
        page.leaf("span", metric.toString(), "class", "quiet");
        page.leaf("b", shown(metric, value));
        page.leaf(
            "span",
            shown(metric, interval.low()) + " to " + shown(metric, interval.high()),
            "class",
            "quiet");
        page.close();
      }
    }
    page.close();
  }

  private void comparison(Comparison comparison) {
    page.leaf("h2", "Compared with an earlier run");
    page.leaf(
        "p",
        number(
            "%,d questions in both; %,d only here, %,d only there; %,d right now that were not, %,d no"
                + " longer.",
            comparison.common(),
            comparison.onlyNow(),
            comparison.onlyBefore(),
            comparison.gained().size(),
            comparison.lost().size()));
    page.open("p", "class", "quiet").text("Earlier: ");
    page.leaf("code", comparison.with())
        .text(", " + comparison.finishedAt().truncatedTo(ChronoUnit.SECONDS))
        .close();
    for (String change : comparison.changes()) {
      page.leaf("p", change, "class", "quiet");
    }
    if (comparison.differences().isEmpty()) {
      return;
    }
    List<Whisker> whiskers = new ArrayList<>();
    double widest = 0.01;
    for (Metric metric : Metric.values()) {
      Difference difference = comparison.differences().get(metric.toString());
      if (difference != null && onScale(metric)) {
        whiskers.add(
            new Whisker(
                metric.toString(),
                difference.difference(),
                difference.low(),
                difference.high(),
                verdict(metric, difference)));
        widest =
            Math.max(widest, Math.max(Math.abs(difference.low()), Math.abs(difference.high())));
      }
    }
    page.open("div", "class", "figures").open("figure", "class", "wide");
    page.leaf("h3", "Differences, now − before");
    double end = Math.min(1, Charts.nice(widest));
    charts.whiskers("Differences with 95 % intervals", whiskers, -end, end);
    page.leaf(
        "p",
        "Lines are paired bootstrap intervals, 95 %. Green is better, orange worse, grey not clear.",
        "class",
        "quiet");
    page.close().close();
    page.open("div", "class", "scroll").open("table").open("tr");
    head("metric", "now", "before", "difference", "95 % interval");
    page.close();
    for (Map.Entry<String, Difference> entry : comparison.differences().entrySet()) {
      Metric metric = Metric.valueOf(entry.getKey().toUpperCase(Locale.ROOT));
      Difference difference = entry.getValue();
      String style =
          switch (verdict(metric, difference)) {
            case "one" -> "number good";
            case "worse" -> "number bad";
            default -> "number";
          };
      page.open("tr").leaf("td", entry.getKey());
      page.leaf("td", shown(metric, difference.now()), "class", "number");
      page.leaf("td", shown(metric, difference.before()), "class", "number");
      page.leaf("td", signed(metric, difference.difference()), "class", style);
      page.leaf(
          "td",
          signed(metric, difference.low()) + " to " + signed(metric, difference.high()),
          "class",
          "number");
      page.close();
    }
    page.close().close();
  }

  private static String verdict(Metric metric, Difference difference) {
    if (!difference.clear()) {
      return "even";
    }
    return difference.difference() > 0 == metric.unit().moreIsBetter() ? "one" : "worse";
  }

  private void pictures() {
    page.leaf("h2", "Figures");
    page.open("div", "class", "figures");
    page.open("figure", "class", "wide").leaf("h3", "Shares with 95 % intervals");
    List<Whisker> whiskers = new ArrayList<>();
    for (Metric metric : Metric.values()) {
      Double value = run.metrics().get(metric.toString());
      Interval interval = run.intervals().get(metric.toString());
      if (value != null && interval != null && onScale(metric)) {
        whiskers.add(new Whisker(metric.toString(), value, interval.low(), interval.high(), "one"));
      }
    }
    charts.whiskers("Shares with 95 % intervals", whiskers, 0, 1);
    page.close();
    outcomes();
    if (run.counts().answered() > 0) {
      page.open("figure").leaf("h3", "Is it as sure as it is right?");
      charts.reliability(run.reliability());
      page.leaf(
          "p",
          "Each dot is a tenth of the scale of confidence, as large as it has answers. On the dashed"
              + " line confidence is the share of right answers.",
          "class",
          "quiet");
      page.close();
      page.open("figure").leaf("h3", "What would a threshold cost?");
      charts.riskCoverage(run.riskCoverage());
      page.leaf(
          "p",
          "Each dot is a min_confidence: how many questions still get an answer, and how many of"
              + " these answers are wrong.",
          "class",
          "quiet");
      page.close();
      page.open("figure").leaf("h3", "How long does it take?");
      charts.latencies(run.latency());
      page.leaf("p", "The share of answers that had come after so long.", "class", "quiet");
      page.close();
    }
    page.close();
  }

  private void outcomes() {
    page.open("figure", "class", "wide").leaf("h3", "What became of the questions");
    charts.bars(
        "What became of the questions",
        List.of("with an answer", "without an answer"),
        List.of(
            List.of(
                new Part("right", count(Verdict.RIGHT), "right"),
                new Part("wrong", count(Verdict.WRONG), "wrong"),
                new Part("declined", count(Verdict.DECLINED), "declined")),
            List.of(
                new Part("declined", count(Verdict.RIGHTLY_DECLINED), "right"),
                new Part("answered", count(Verdict.INVENTED), "wrong"))));
    page.close();
  }

  private int count(Verdict verdict) {
    return run.outcomes().getOrDefault(verdict.toString(), 0);
  }

  private void table() {
    page.leaf("h2", "All figures");
    page.open("div", "class", "scroll").open("table").open("tr");
    head("metric", "value", "95 % interval", "n", "");
    page.close();
    for (Metric metric : Metric.values()) {
      Double value = run.metrics().get(metric.toString());
      Interval interval = run.intervals().get(metric.toString());
      if (value != null && interval != null) {
        page.open("tr").leaf("td", metric.toString());
        page.leaf("td", shown(metric, value), "class", "number");
        page.leaf(
            "td",
            shown(metric, interval.low()) + " to " + shown(metric, interval.high()),
            "class",
            "number");
        page.leaf("td", number("%,d", interval.n()), "class", "number");
        page.leaf("td", metric.meaning(), "class", "quiet").close();
      }
    }
    page.close().close();
    page.leaf(
        "p",
        number(
            "Intervals are percentiles of %,d resamples of the questions, seed %d.",
            Bootstrap.RESAMPLES, run.conditions().seed()),
        "class",
        "quiet");
  }

  private void head(String... names) {
    for (String name : names) {
      boolean number = !name.equals("metric") && !name.isEmpty();
      page.leaf("th", name, "class", number ? "number" : "name");
    }
  }

  private void conditions() {
    Conditions conditions = run.conditions();
    EvaluationRun.Model model = run.model();
    EvaluationRun.Machine machine = run.machine();
    page.leaf("h2", "How it was measured").open("dl");
    page.leaf("dt", "command").open("dd").leaf("code", conditions.command()).close();
    term("version", conditions.version());
    if (model != null) {
      term(
          "model",
          "%s, %s, on %s, %s"
              .formatted(model.decoder(), model.encoder(), model.device(), model.fingerprint()));
    }
    term(
        "question set",
        "%s, sha256 %s".formatted(conditions.dataset(), conditions.datasetSha256()));
    Double threshold = conditions.minConfidence();
    term("min_confidence", threshold == null ? "the models' calibration" : threshold.toString());
    term(
        "machine",
        "%d cores, %s, %s, Java %s"
            .formatted(machine.cores(), machine.processor(), machine.system(), machine.java()));
    term("took", number("%,.0f s", run.seconds()));
    page.close();
  }

  private void term(String name, String value) {
    page.leaf("dt", name).leaf("dd", value);
  }

  private void rows() {
    page.leaf("h2", "Questions");
    if (run.rows().size() > MOST_ROWS) {
      page.leaf(
          "p",
          number("The first %d, worst first; the run's JSON has all.", MOST_ROWS),
          "class",
          "quiet");
    }
    page.open("div", "class", "scroll").open("table", "class", "rows").open("tr");
    for (String name : List.of("", "question", "expected", "answer", "sure", "cites")) {
      page.leaf("th", name);
    }
    page.close();
    run.rows().stream()
        .sorted(Comparator.comparing(Row::verdict))
        .limit(MOST_ROWS)
        .forEach(this::row);
    page.close().close();
  }

  private void row(Row row) {
    Verdict verdict = row.verdict();
    page.open("tr");
    page.leaf("td", verdict.shown(), "class", verdict.good() ? "good" : "bad");
    page.open("td", "class", "said").text(row.question() + " ");
    page.leaf("span", row.id(), "class", "quiet").close();
    page.leaf("td", String.join(" | ", row.answers().stream().distinct().toList()));
    page.open("td", "class", "said");
    if (row.error() != null) {
      page.text(row.error());
    } else if (row.answer() == null) {
      page.leaf("span", row.reason() == null ? "declined" : row.reason(), "class", "quiet");
    } else {
      page.text(row.answer());
    }
    page.close();
    page.leaf("td", row.error() == null ? number("%.2f", row.confidence()) : "");
    page.open("td");
    for (Row.CitedRow citation : row.citations()) {
      boolean other = Boolean.FALSE.equals(citation.fromSource());
      page.open("div").text(citation.title());
      if (other) {
        page.leaf("span", " (another source)", "class", "bad");
      }
      if (Boolean.FALSE.equals(citation.valid())) {
        page.leaf("span", " (quote not there)", "class", "bad");
      }
      page.close();
    }
    page.close().close();
  }

  private static boolean onScale(Metric metric) {
    return metric.unit() == Metric.Unit.SHARE || metric.unit() == Metric.Unit.COST;
  }

  /** A value with its unit. */
  public static String shown(Metric metric, double value) {
    return switch (metric.unit()) {
      case SHARE, COST -> number("%.3f", value);
      case COUNT -> number("%.0f", value);
      case NATS -> number("%.2f nats", value);
      case MILLIS -> number("%,.0f ms", value);
    };
  }

  /** A difference with its unit. */
  public static String signed(Metric metric, double value) {
    String sign = value > Comparison.ROUNDING ? "+" : value < -Comparison.ROUNDING ? "−" : "±";
    return sign + shown(metric, Math.abs(value));
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more library
  private static String number(String format, @Nullable Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
