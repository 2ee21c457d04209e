package io.retort.benchmarks;

import io.retort.data.ChunkId;
import io.retort.generator.AnswerGenerator;
import io.retort.generator.AnswerStyle;
import io.retort.generator.Citation;
import io.retort.generator.Diagnostics;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.TokenTrace;
import io.retort.web.evaluation.ConfidenceQuality;
import io.retort.web.evaluation.GivenReader;
import io.retort.web.evaluation.GivenReader.Reading;
import io.retort.web.evaluation.NeighbourSupply;
import io.retort.web.evaluation.Question;
import io.retort.web.evaluation.QuestionFile;
import io.retort.web.evaluation.Row;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers to questions whose neighbours are given, without an index: what the model makes of the
 * right neighbours, of another question's, of none, and with cross-attention alone.
 *
 * <p>The questions are JSON lines of {@code question}, {@code answers} (none if it has no answer)
 * and {@code neighbours}, each with {@code title}, {@code text} and perhaps {@code continuation};
 * {@code gold} is the index of the neighbour that holds the answer, −1 or left out for none.
 */
public final class ReaderEvaluation {
  private static final Set<String> FLAGS =
      Set.of(
          "questions",
          "models",
          "neighbours",
          "copy",
          "style",
          "max-tokens",
          "min-confidence",
          "limit",
          "threads",
          "knock-outs",
          "out",
          "expected");

  private final GivenReader reader;

  private ReaderEvaluation(AnswerGenerator generator, Flags flags, NeighbourSupply supply) {
    int tokens = flags.number("max-tokens", 0);
    String threshold = flags.text("min-confidence", "0");
    reader =
        new GivenReader(
            generator,
            AnswerStyle.parse(flags.text("style", "short")),
            tokens == 0 ? null : Integer.valueOf(tokens),
            threshold.equals("calibrated") ? null : Double.valueOf(threshold),
            new Diagnostics(flags.on("copy"), supply == NeighbourSupply.OFF));
  }

  private static NeighbourSupply supply(String name) {
    return switch (name) {
      case "given" -> NeighbourSupply.GIVEN;
      case "shuffled" -> NeighbourSupply.SHUFFLED;
      case "off" -> NeighbourSupply.OFF;
      default ->
          throw new IllegalArgumentException(
              "unknown neighbours '" + name + "'; known: given, shuffled, off");
    };
  }

  public static void main(String[] arguments) throws Exception {
    var flags = new Flags(arguments, FLAGS);
    NeighbourSupply supply = supply(flags.text("neighbours", "given"));
    List<Question> questions =
        supply.arrange(read(flags.required("questions"), flags.number("limit", 0)));
    int threads = flags.number("threads", 1);
    var figures = new Figures();
    try (var models = AnswerModels.open(Path.of(flags.text("models", "data/models")), threads)) {
      var evaluation = new ReaderEvaluation(models.generator(), flags, supply);
      List<Reading> readings = evaluation.answer(questions, threads);
      report(readings, figures);
      evaluation.knockOut(readings, flags.number("knock-outs", 0), figures);
      Path out = flags.path("out");
      if (out != null) {
        write(readings, out);
      }
    }
    System.exit(figures.meet(flags.path("expected")) ? 0 : 3);
  }

  /** The first {@code limit} questions, 0 for all. */
  private static List<Question> read(String file, int limit) throws IOException {
    QuestionFile set = QuestionFile.read(file, true);
    if (!set.complaints().isEmpty()) {
      throw new IllegalArgumentException(
          set.complaints().stream()
              .map(QuestionFile.Complaint::toString)
              .collect(Collectors.joining("\n")));
    }
    List<Question> questions = set.questions();
    return limit > 0 && limit < questions.size() ? questions.subList(0, limit) : questions;
  }

  private List<Reading> answer(List<Question> questions, int threads)
      throws InterruptedException, ExecutionException {
    List<Reading> readings = new ArrayList<>();
    try (var executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Reading>> answers = new ArrayList<>();
      for (Question question : questions) {
        answers.add(executor.submit(() -> reader.read(question)));
      }
      for (Future<Reading> answer : answers) {
        readings.add(answer.get());
      }
    }
    return readings;
  }

  /** What the readings are worth, and how long they took. */
  static void report(List<Reading> readings, Figures figures) {
    List<Row> rows = readings.stream().map(Reading::row).toList();
    List<Row> answerable = rows.stream().filter(Row::answerable).toList();
    List<Row> unanswerable = rows.stream().filter(row -> !row.answerable()).toList();
    addMean(figures, "em", answerable.stream().map(Row::em).toList());
    addMean(figures, "f1", answerable.stream().map(Row::f1).toList());
    addMean(figures, "contains", answerable.stream().map(Row::contains).toList());
    addShare(figures, "answered_of_answerable", answerable);
    addShare(figures, "answered_of_unanswerable", unanswerable);
    if (!unanswerable.isEmpty()) {
      // As SQuAD 2.0 counts: what has no answer is right if none was given.
      addMean(
          figures,
          "f1_overall",
          rows.stream()
              .map(row -> row.answerable() ? row.f1() : row.answered() ? 0.0 : 1.0)
              .toList());
    }
    double[] confidences = rows.stream().mapToDouble(Row::confidence).toArray();
    List<Boolean> right = rows.stream().map(Row::right).toList();
    String count = "n = " + rows.size();
    figures.add(
        "expected_calibration_error", ConfidenceQuality.error(confidences, right), "", count);
    figures.add(
        "risk_coverage_area", ConfidenceQuality.riskCoverage(confidences, right), "", count);
    citedFirst(answerable, figures);
    List<GeneratedAnswer> answered =
        readings.stream().map(Reading::answer).filter(answer -> !answer.abstained()).toList();
    if (answered.isEmpty()) {
      return;
    }
    figures.addShare(
        "fully_cited",
        (int) answered.stream().filter(answer -> answer.unsupported().isEmpty()).count(),
        answered.size());
    figures.add(
        "citation_mismatched",
        answered.stream().mapToInt(answer -> answer.refused().mismatched()).sum(),
        "",
        "n = " + answered.stream().mapToInt(answer -> answer.citations().size()).sum());
    figures.addShare(
        "near_verbatim", (int) rows.stream().filter(Row::nearVerbatim).count(), answered.size());
    addMean(
        figures,
        "k_precision",
        rows.stream().map(Row::knowledgePrecision).filter(Objects::nonNull).toList());
    addMean(
        figures,
        "copy_share",
        answered.stream()
            .flatMap(answer -> answer.tokens().stream())
            .map(TokenTrace::copyShare)
            .toList());
    figures.addLatencies(
        "total", answered.stream().map(answer -> millis(answer.timings().total())).toList());
    figures.addLatencies(
        "neighbour_encode",
        answered.stream().map(answer -> millis(answer.timings().neighbourEncode())).toList());
    figures.addLatencies(
        "prefill", answered.stream().map(answer -> millis(answer.timings().prefill())).toList());
    List<Double> perToken =
        answered.stream()
            .filter(answer -> answer.usage().generatedTokens() > 1)
            .map(
                answer ->
                    millis(answer.timings().decode()) / (answer.usage().generatedTokens() - 1))
            .toList();
    if (!perToken.isEmpty()) {
      figures.addLatencies("per_output_token", perToken);
    }
  }

  /** Of the right answers, how many cite the neighbour that holds the answer before any other. */
  private static void citedFirst(List<Row> answerable, Figures figures) {
    List<Row> right =
        answerable.stream()
            .filter(row -> row.sourceKnown() && row.right() && row.answered())
            .toList();
    if (!right.isEmpty()) {
      int first = (int) right.stream().filter(Row::citesSourceFirst).count();
      figures.addShare("gold_cited_first", first, right.size());
    }
  }

  static void addMean(Figures figures, String metric, List<Double> values) {
    if (values.isEmpty()) {
      return;
    }
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    double error = Math.sqrt(squares) / values.size();
    figures.add(metric, mean, "", "± %.3f, n = %d".formatted(error, values.size()));
  }

  private static void addShare(Figures figures, String metric, List<Row> rows) {
    if (!rows.isEmpty()) {
      int answered = (int) rows.stream().filter(Row::answered).count();
      figures.addShare(metric, answered, rows.size());
    }
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }

  /** How much masking the cited neighbour costs, and whether masking any other costs more. */
  private void knockOut(List<Reading> readings, int count, Figures figures) {
    List<Double> nats = new ArrayList<>();
    int agreed = 0;
    for (Reading reading : readings) {
      if (nats.size() == count) {
        break;
      }
      Row row = reader.knockOut(reading);
      if (row.knockOutNats() != null) {
        nats.add(row.knockOutNats());
        agreed += Boolean.TRUE.equals(row.knockOutAgreed()) ? 1 : 0;
      }
    }
    if (!nats.isEmpty()) {
      figures.addRuns("knock_out_nats", nats, "nats");
      figures.addShare("knock_out_agreement", agreed, nats.size());
    }
  }

  /** A line of JSON a reading. */
  static void write(List<Reading> readings, Path out) throws IOException {
    var json = JsonMapper.builder().build();
    try (BufferedWriter writer = Files.newBufferedWriter(out)) {
      for (Reading reading : readings) {
        GeneratedAnswer answer = reading.answer();
        Row scores = reading.row();
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("question", scores.question());
        row.put("answers", scores.answers());
        row.put("answer", answer.text());
        row.put("em", scores.em());
        row.put("f1", scores.f1());
        row.put("contains", scores.contains());
        row.put("finish_reason", answer.finishReason().toString());
        row.put("confidence", answer.confidence());
        row.put("relevance", answer.evidence().relevance());
        row.put("answerable", answer.evidence().answerable());
        row.put("mean_log_probability", answer.evidence().meanLogProbability());
        row.put("lowest_log_probability", answer.evidence().lowestLogProbability());
        row.put("tokens", answer.tokens().stream().map(TokenTrace::id).toList());
        row.put("quotes", answer.citations().stream().map(Citation::quote).toList());
        List<ChunkId> read =
            answer.trace().stream()
                .flatMap(entry -> entry.neighbours().stream())
                .map(neighbour -> neighbour.chunk().id())
                .distinct()
                .toList();
        row.put(
            "cited_ranks", // from 1, among all that the answer's chunks read
            answer.citations().stream()
                .map(citation -> read.indexOf(citation.chunk().id()) + 1)
                .toList());
        row.put("unsupported", answer.unsupported().size());
        writer.write(json.writeValueAsString(row));
        writer.newLine();
      }
    }
  }
}
