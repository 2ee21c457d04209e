package io.retort.web.evaluation;

import io.retort.web.evaluation.EvaluationRun.Latency;
import io.retort.web.evaluation.EvaluationRun.Reliability;
import io.retort.web.evaluation.EvaluationRun.RiskCoverage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a report, as SVG that needs no script. Colours are classes of its style sheet.
 */
final class Charts {
  private static final int LABELS = 200;
  private static final int WIDTH = 960;
  private static final int LINE = 26;
  private static final int SIDE = 320;
  private static final int MARGIN = 46;

  private final Markup page;

  Charts(Markup page) {
    this.page = page;
  }

  /** A value and its interval on the same scale as its neighbours. */
  record Whisker(String label, double value, double low, double high, String style) {}

  /** Values of one kind, each on its own line. */
  void whiskers(String title, List<Whisker> whiskers, double from, double to) {
    int height = whiskers.size() * LINE + 30;
    int bottom = height - 24;
    DoubleUnaryOperator x =
        value ->
            LABELS + (Math.clamp(value, from, to) - from) / (to - from) * (WIDTH - LABELS - 70);
    svg(title, WIDTH, height);
    for (int tick = 0; tick <= 4; tick++) {
      double value = from + (to - from) * tick / 4;
      line(x.applyAsDouble(value), 4, x.applyAsDouble(value), bottom, "grid");
      label(number("%.2f", value), x.applyAsDouble(value), height - 8, "tick middle");
    }
    if (from < 0 && to > 0) {
      line(x.applyAsDouble(0), 4, x.applyAsDouble(0), bottom, "zero");
    }
    for (int i = 0; i < whiskers.size(); i++) {
      Whisker whisker = whiskers.get(i);
      double y = 4 + LINE * (i + 0.5);
      label(whisker.label, LABELS - 10, y + 4, "end");
      page.open("g", "class", whisker.style);
      page.leaf(
          "title",
          number(
              "%s %.3f, 95 %% interval %.3f to %.3f",
              whisker.label, whisker.value, whisker.low, whisker.high));
      line(x.applyAsDouble(whisker.low), y, x.applyAsDouble(whisker.high), y, "whisker");
      dot(x.applyAsDouble(whisker.value), y, 5, "dot");
      page.close();
      label(number(from < 0 ? "%+.3f" : "%.3f", whisker.value), WIDTH - 58, y + 4, "figure");
    }
    page.close();
  }

  /** A part of a bar. */
  record Part(String label, int count, String style) {}

  /** What became of the questions, one bar a kind. */
  void bars(String title, List<String> names, List<List<Part>> bars) {
    int height = bars.size() * 62 + 4;
    svg(title, WIDTH, height);
    for (int i = 0; i < bars.size(); i++) {
      List<Part> parts = bars.get(i);
      int total = parts.stream().mapToInt(Part::count).sum();
      double y = 62.0 * i;
      label(names.get(i) + " · " + total, 0, y + 14, "strong");
      double x = 0;
      double legend = 0;
      for (Part part : parts) {
        double width = total == 0 ? 0 : (double) WIDTH * part.count / total;
        page.empty(
            "rect",
            "x",
            number("%.1f", x),
            "y",
            number("%.1f", y + 21),
            "width",
            number("%.1f", Math.max(0, width - 2)),
            "height",
            "14",
            "rx",
            "2",
            "class",
            "bar " + part.style);
        page.empty(
            "rect",
            "x",
            number("%.1f", legend),
            "y",
            number("%.1f", y + 42),
            "width",
            "9",
            "height",
            "9",
            "rx",
            "2",
            "class",
            "bar " + part.style);
        String text =
            number(
                "%s %d (%.0f %%)",
                part.label, part.count, total == 0 ? 0 : 100.0 * part.count / total);
        label(text, legend + 14, y + 51, "tick");
        legend += 30 + 7 * text.length();
        x += width;
      }
    }
    page.close();
  }

  /** Confidence against success: what is calibrated lies on the diagonal. */
  void reliability(List<Reliability> bins) {
    square("Reliability: confidence against success", "mean confidence", "share of right answers");
    line(at(0), up(0), at(1), up(1), "reference");
    int most = bins.stream().mapToInt(Reliability::count).max().orElse(1);
    path(bins.stream().map(b -> new double[] {b.confidence(), b.right()}).toList(), "line one");
    for (Reliability bin : bins) {
      page.open("g", "class", "one");
      page.leaf(
          "title",
          number(
              "confidence %.2f: %.2f right, %d answers",
              bin.confidence(), bin.right(), bin.count()));
      dot(
          at(bin.confidence()),
          up(bin.right()),
          3 + 6 * Math.sqrt((double) bin.count() / most),
          "dot");
      page.close();
    }
    page.close();
  }

  /** What a threshold of confidence leaves, and how much of that is wrong. */
  void riskCoverage(List<RiskCoverage> curve) {
    square("Risk and coverage", "coverage: share of questions answered", "risk: wrong among them");
    path(curve.stream().map(p -> new double[] {p.coverage(), p.risk()}).toList(), "line one");
    for (RiskCoverage point : curve) {
      page.open("g", "class", "one");
      page.leaf(
          "title",
          number(
              "min_confidence %.2f: %.2f answered, %.2f of them wrong",
              point.minConfidence(), point.coverage(), point.risk()));
      dot(at(point.coverage()), up(point.risk()), 3.5, "dot");
      page.close();
    }
    page.close();
  }

  /** The share of answers that were there after so long. */
  void latencies(List<Latency> curve) {
    double longest =
        curve.stream()
            .flatMapToDouble(p -> DoubleStream.of(orZero(p.firstTokenMs()), orZero(p.totalMs())))
            .max()
            .orElse(0);
    if (longest <= 0) {
      return;
    }
    double end = nice(longest);
    plane(
        "Latency: share of answers within a time",
        "milliseconds",
        "share of answers",
        value -> number("%,.0f", value * end));
    path(steps(curve, Latency::firstTokenMs, end), "line two");
    path(steps(curve, Latency::totalMs, end), "line one");
    label("first token", at(0.97), up(0.16), "end two-text");
    label("whole answer", at(0.97), up(0.08), "end one-text");
    page.close();
  }

  private static double orZero(@Nullable Double value) {
    return value == null ? 0 : value;
  }

  /** The next round number above. */
  static double nice(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double step : new double[] {1, 2, 4, 6, 8}) {
      if (step * power >= value) {
        return step * power;
      }
    }
    return 10 * power;
  }

  private static List<double[]> steps(
      List<Latency> curve, Function<Latency, @Nullable Double> time, double end) {
    List<double[]> steps = new ArrayList<>();
    for (Latency point : curve) {
      Double millis = time.apply(point);
      if (millis != null) {
        steps.add(new double[] {millis / end, point.share()});
      }
    }
    return steps;
  }

  private void square(String title, String xLabel, String yLabel) {
    plane(title, xLabel, yLabel, value -> number("%.2f", value));
  }

  private interface Tick {
    String text(double share);
  }

  private void plane(String title, String xLabel, String yLabel, Tick xTick) {
    svg(title, SIDE + MARGIN + 24, SIDE + MARGIN + 12);
    for (int tick = 0; tick <= 4; tick++) {
      double share = tick / 4.0;
      line(at(share), up(0), at(share), up(1), "grid");
      line(at(0), up(share), at(1), up(share), "grid");
      label(xTick.text(share), at(share), up(0) + 16, "tick middle");
      label(number("%.2f", share), at(0) - 6, up(share) + 4, "tick end");
    }
    label(xLabel, at(0.5), up(0) + 34, "tick middle");
    page.leaf(
        "text",
        yLabel,
        "class",
        "tick middle",
        "transform",
        number("translate(11 %.1f) rotate(-90)", up(0.5)));
  }

  private static double at(double share) {
    return MARGIN + share * SIDE;
  }

  private static double up(double share) {
    return 8 + (1 - Math.clamp(share, 0, 1)) * SIDE;
  }

  private void svg(String title, int width, int height) {
    page.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "role",
        "img",
        "aria-label",
        title,
        "viewBox",
        "0 0 %d %d".formatted(width, height),
        "style",
        "max-width:%dpx".formatted(width));
  }

  private void path(List<double[]> points, String style) {
    if (points.isEmpty()) {
      return;
    }
    var d = new StringBuilder();
    for (double[] point : points) {
      d.append(d.isEmpty() ? 'M' : 'L').append(number("%.1f %.1f", at(point[0]), up(point[1])));
    }
    page.empty("path", "d", d.toString(), "class", style);
  }

  private void line(double x1, double y1, double x2, double y2, String style) {
    page.empty("path", "d", number("M%.1f %.1fL%.1f %.1f", x1, y1, x2, y2), "class", style);
  }

  private void dot(double x, double y, double radius, String style) {
    page.empty(
        "circle",
        "cx",
        number("%.1f", x),
        "cy",
        number("%.1f", y),
        "r",
        number("%.1f", radius),
        "class",
        style);
  }

  private void label(String text, double x, double y, String style) {
    page.leaf("text", text, "x", number("%.1f", x), "y", number("%.1f", y), "class", style);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more library
  private static String number(String format, @Nullable Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
