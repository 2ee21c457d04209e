package io.retort.benchmarks;

import io.retort.data.CancelSignal;
import io.retort.data.ChunkId;
import io.retort.data.Deadline;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.generator.AnswerGenerator;
import io.retort.generator.AnswerStyle;
import io.retort.generator.Citation;
import io.retort.generator.Diagnostics;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.GenerationRequest;
import io.retort.generator.TokenTrace;
import io.retort.generator.TraceEntry;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
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

  private enum Source {
    GIVEN,
    SHUFFLED,
    OFF
  }

  private record Question(
      String text, List<String> answers, List<Neighbour> neighbours, int gold) {}

  private record Outcome(Question question, GeneratedAnswer answer, SquadScore score) {
    boolean answerable() {
      return !question.answers.isEmpty();
    }

    /** Whether an answer is right: a phrase if it is one of the answers, else if it says one. */
    boolean right(AnswerStyle style) {
      return (style == AnswerStyle.SHORT ? score.exactMatch() : score.contains()) > 0;
    }
  }

  private final AnswerGenerator generator;
  private final AnswerStyle style;
  private final @Nullable Integer maxTokens;
  private final @Nullable Double minConfidence;
  private final Diagnostics diagnostics;

  private ReaderEvaluation(AnswerGenerator generator, Flags flags, Source source) {
    this.generator = generator;
    style = AnswerStyle.parse(flags.text("style", "short"));
    int tokens = flags.number("max-tokens", 0);
    maxTokens = tokens == 0 ? null : Integer.valueOf(tokens);
    String threshold = flags.text("min-confidence", "0");
    minConfidence = threshold.equals("calibrated") ? null : Double.valueOf(threshold);
    diagnostics = new Diagnostics(on(flags, "copy"), source == Source.OFF);
  }

  private static boolean on(Flags flags, String name) {
    String value = flags.text(name, "on");
    return switch (value) {
      case "on" -> true;
      case "off" -> false;
      default ->
          throw new IllegalArgumentException("--%s is on or off, not '%s'".formatted(name, value));
    };
  }

  private static Source source(String name) {
    return switch (name) {
      case "given" -> Source.GIVEN;
      case "shuffled" -> Source.SHUFFLED;
      case "off" -> Source.OFF;
      default ->
          throw new IllegalArgumentException(
              "unknown neighbours '" + name + "'; known: given, shuffled, off");
    };
  }

  public static void main(String[] arguments) throws Exception {
    var flags = new Flags(arguments, FLAGS);
    Source source = source(flags.text("neighbours", "given"));
    List<Question> questions =
        arrange(read(Path.of(flags.required("questions")), flags.number("limit", 0)), source);
    int threads = flags.number("threads", 1);
    var figures = new Figures();
    try (var models = AnswerModels.open(Path.of(flags.text("models", "data/models")), threads)) {
      var evaluation = new ReaderEvaluation(models.generator(), flags, source);
      List<Outcome> outcomes = evaluation.answer(questions, threads);
      evaluation.report(outcomes, figures);
      evaluation.knockOut(outcomes, flags.number("knock-outs", 0), figures);
      Path out = flags.path("out");
      if (out != null) {
        write(outcomes, out);
      }
    }
    System.exit(figures.meet(flags.path("expected")) ? 0 : 3);
  }

  private static List<Question> read(Path file, int limit) throws IOException {
    var json = JsonMapper.builder().build();
    List<Question> questions = new ArrayList<>();
    try (Stream<String> lines = Files.lines(file)) {
      for (String line : (Iterable<String>) lines::iterator) {
        if (limit > 0 && questions.size() == limit) {
          break;
        }
        JsonNode row = json.readTree(line);
        List<String> answers = new ArrayList<>();
        row.path("answers").forEach(answer -> answers.add(answer.asString()));
        List<Neighbour> neighbours = GivenNeighbours.of(questions.size(), row);
        questions.add(
            new Question(
                row.path("question").asString(), answers, neighbours, row.path("gold").asInt(-1)));
      }
    }
    return questions;
  }

  /**
   * Shuffled: everybody has the neighbours of the question half the list away, since those nearby
   * are often of the same paragraph.
   */
  private static List<Question> arrange(List<Question> questions, Source source) {
    List<Question> arranged = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      Question own = questions.get(i);
      List<Neighbour> neighbours =
          switch (source) {
            case GIVEN -> own.neighbours;
            case SHUFFLED ->
                questions.get((i + questions.size() / 2) % questions.size()).neighbours;
            case OFF -> List.of();
          };
      int gold = source == Source.GIVEN ? own.gold : -1;
      arranged.add(new Question(own.text, own.answers, neighbours, gold));
    }
    return arranged;
  }

  private List<Outcome> answer(List<Question> questions, int threads)
      throws InterruptedException, ExecutionException {
    List<Outcome> outcomes = new ArrayList<>();
    try (var executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Outcome>> answers = new ArrayList<>();
      for (Question question : questions) {
        answers.add(executor.submit(() -> answer(question)));
      }
      for (Future<Outcome> answer : answers) {
        outcomes.add(answer.get());
      }
    }
    return outcomes;
  }

  private GenerationRequest request(Question question) {
    return GenerationRequest.of(question.text)
        .style(style)
        .maxTokens(maxTokens)
        .minConfidence(minConfidence)
        .diagnostics(diagnostics)
        .build();
  }

  private Outcome answer(Question question) {
    GeneratedAnswer answer =
        generator.generate(
            request(question),
            query -> question.neighbours,
            GivenNeighbours.texts(question.neighbours),
            limits(),
            event -> {});
    String said = answer.text() == null ? "" : answer.text();
    return new Outcome(question, answer, SquadScore.of(said, question.answers));
  }

  private static RequestLimits limits() {
    return new RequestLimits(Deadline.in(Duration.ofMinutes(5)), new CancelSignal());
  }

  private void report(List<Outcome> outcomes, Figures figures) {
    List<Outcome> answerable = outcomes.stream().filter(Outcome::answerable).toList();
    List<Outcome> unanswerable = outcomes.stream().filter(o -> !o.answerable()).toList();
    addMean(figures, "em", answerable.stream().map(o -> o.score.exactMatch()).toList());
    addMean(figures, "f1", answerable.stream().map(o -> o.score.f1()).toList());
    addMean(figures, "contains", answerable.stream().map(o -> o.score.contains()).toList());
    addShare(figures, "answered_of_answerable", answerable);
    addShare(figures, "answered_of_unanswerable", unanswerable);
    if (!unanswerable.isEmpty()) {
      // As SQuAD 2.0 counts: what has no answer is right if none was given.
      addMean(
          figures,
          "f1_overall",
          outcomes.stream()
              .map(o -> o.answerable() ? o.score.f1() : o.answer.abstained() ? 1.0 : 0.0)
              .toList());
    }
    double[] confidences = outcomes.stream().mapToDouble(o -> o.answer.confidence()).toArray();
    List<Boolean> right = outcomes.stream().map(o -> o.answerable() && o.right(style)).toList();
    String count = "n = " + outcomes.size();
    figures.add(
        "expected_calibration_error", ConfidenceQuality.error(confidences, right), "", count);
    figures.add(
        "risk_coverage_area", ConfidenceQuality.riskCoverage(confidences, right), "", count);
    citedFirst(answerable, figures);
    List<GeneratedAnswer> answered =
        outcomes.stream().map(Outcome::answer).filter(answer -> !answer.abstained()).toList();
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
        "near_verbatim",
        (int) outcomes.stream().filter(ReaderEvaluation::nearlyVerbatim).count(),
        answered.size());
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
  private void citedFirst(List<Outcome> answerable, Figures figures) {
    List<Outcome> right =
        answerable.stream()
            .filter(o -> o.question.gold >= 0 && o.right(style) && !o.answer.abstained())
            .toList();
    if (right.isEmpty()) {
      return;
    }
    int first = 0;
    for (Outcome outcome : right) {
      List<Citation> citations = outcome.answer.citations();
      ChunkId gold = outcome.question.neighbours.get(outcome.question.gold).chunk().id();
      boolean cited =
          !citations.isEmpty()
              && citations.getFirst().chunk().id().documentId().equals(gold.documentId());
      first += cited ? 1 : 0;
    }
    figures.addShare("gold_cited_first", first, right.size());
  }

  /** Whether nine tenths of the answer's words stand in one run in a neighbour. */
  private static boolean nearlyVerbatim(Outcome outcome) {
    String text = outcome.answer.text();
    if (text == null) {
      return false;
    }
    List<String> said = SquadScore.words(text);
    int wanted = (int) Math.ceil(0.9 * said.size());
    for (Neighbour neighbour : outcome.question.neighbours) {
      List<String> source = SquadScore.words(GivenNeighbours.text(neighbour));
      for (int from = 0; from + wanted <= said.size(); from++) {
        if (Collections.indexOfSubList(source, said.subList(from, from + wanted)) >= 0) {
          return true;
        }
      }
    }
    return false;
  }

  private static void addMean(Figures figures, String metric, List<Double> values) {
    if (values.isEmpty()) {
      return;
    }
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    double error = Math.sqrt(squares) / values.size();
    figures.add(metric, mean, "", "± %.3f, n = %d".formatted(error, values.size()));
  }

  private static void addShare(Figures figures, String metric, List<Outcome> outcomes) {
    if (!outcomes.isEmpty()) {
      int answered = (int) outcomes.stream().filter(o -> !o.answer.abstained()).count();
      figures.addShare(metric, answered, outcomes.size());
    }
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }

  /** How much masking the cited neighbour costs, and whether masking any other costs more. */
  private void knockOut(List<Outcome> outcomes, int count, Figures figures) {
    List<Double> nats = new ArrayList<>();
    int agreed = 0;
    for (Outcome outcome : outcomes) {
      List<Citation> citations = outcome.answer.citations();
      if (nats.size() == count || citations.isEmpty()) {
        continue;
      }
      ChunkId cited = citations.getFirst().chunk().id();
      double cost = nats(outcome, cited);
      nats.add(cost);
      agreed +=
          outcome.question.neighbours.stream()
                  .map(neighbour -> neighbour.chunk().id())
                  .filter(other -> !other.equals(cited))
                  .allMatch(other -> nats(outcome, other) < cost)
              ? 1
              : 0;
    }
    if (!nats.isEmpty()) {
      figures.addRuns("knock_out_nats", nats, "nats");
      figures.addShare("knock_out_agreement", agreed, nats.size());
    }
  }

  private double nats(Outcome outcome, ChunkId masked) {
    return generator
        .knockOut(
            request(outcome.question),
            outcome.answer.tokens().stream().mapToInt(TokenTrace::id).toArray(),
            outcome.answer.trace().stream().map(TraceEntry::neighbours).toList(),
            Set.of(masked),
            limits())
        .nats();
  }

  private static void write(List<Outcome> outcomes, Path out) throws IOException {
    var json = JsonMapper.builder().build();
    try (BufferedWriter writer = Files.newBufferedWriter(out)) {
      for (Outcome outcome : outcomes) {
        GeneratedAnswer answer = outcome.answer;
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("question", outcome.question.text);
        row.put("answers", outcome.question.answers);
        row.put("answer", answer.text());
        row.put("em", outcome.score.exactMatch());
        row.put("f1", outcome.score.f1());
        row.put("contains", outcome.score.contains());
        row.put("finish_reason", answer.finishReason().toString());
        row.put("confidence", answer.confidence());
        row.put("relevance", answer.evidence().relevance());
        row.put("answerable", answer.evidence().answerable());
        row.put("mean_log_probability", answer.evidence().meanLogProbability());
        row.put("lowest_log_probability", answer.evidence().lowestLogProbability());
        row.put("tokens", answer.tokens().stream().map(TokenTrace::id).toList());
        row.put("quotes", answer.citations().stream().map(Citation::quote).toList());
        row.put(
            "cited_ranks",
            answer.citations().stream()
                .map(citation -> citation.chunk().id().documentId())
                .map(id -> Integer.valueOf(id.substring(id.indexOf('_') + 1)))
                .collect(Collectors.toList()));
        row.put("unsupported", answer.unsupported().size());
        writer.write(json.writeValueAsString(row));
        writer.newLine();
      }
    }
  }
}
