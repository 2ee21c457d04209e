package io.retort.web.cli;

import io.retort.data.ObjectId;
import io.retort.generator.AnswerStyle;
import io.retort.generator.Diagnostics;
import io.retort.web.ExitCode;
import io.retort.web.UsageException;
import io.retort.web.evaluation.CollectionReader;
import io.retort.web.evaluation.Comparison;
import io.retort.web.evaluation.Conditions;
import io.retort.web.evaluation.EvaluationRun;
import io.retort.web.evaluation.Expectations;
import io.retort.web.evaluation.GivenReader;
import io.retort.web.evaluation.Metric;
import io.retort.web.evaluation.NeighbourSupply;
import io.retort.web.evaluation.Question;
import io.retort.web.evaluation.QuestionFile;
import io.retort.web.evaluation.RefusedCallException;
import io.retort.web.evaluation.Report;
import io.retort.web.evaluation.Row;
import io.retort.web.evaluation.RunFile;
import io.retort.web.rooms.ModelSource;
import io.retort.web.rooms.ProgramVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LoggingSystem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "eval",
    description = "Ask a set of questions, and measure the answers and what they rest on.",
    footer = {
      "",
      "A question set is JSON lines: question and answers (an empty list if there is no answer),",
      "perhaps id; path and spans, or context, say where the answer stands.",
      "Ends with 3 if a figure is not as expected, a question failed, or a line was left out."
    })
final class EvalVerb extends ServiceVerb {
  private static final int SHOWN_COMPLAINTS = 10;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CollectionFlag collection = new CollectionFlag();

  @Option(
      names = "--dataset",
      paramLabel = "FILE",
      required = true,
      description = "the questions; - is the standard input")
  private String dataset = "";

  @Option(
      names = "--neighbours",
      paramLabel = "WHICH",
      description =
          "retrieved from the collection, given with the questions, another question's (shuffled),"
              + " or off (retrieved)")
  private String neighbours = "retrieved";

  @Option(
      names = "--style",
      paramLabel = "STYLE",
      description = "short, sentence or paragraph (short)")
  private String style = "short";

  @Option(names = "--k", paramLabel = "N", description = "neighbours at each retrieval (4)")
  private @Nullable Integer k;

  @Option(
      names = "--min-confidence",
      paramLabel = "SHARE",
      description = "hold back answers below it; 0 holds back none (as the models say)")
  private @Nullable Double minConfidence;

  @Option(names = "--limit", paramLabel = "N", description = "draw so many questions (all)")
  private @Nullable Integer limit;

  @Option(names = "--seed", paramLabel = "N", description = "of the draw and of the intervals (0)")
  private long seed;

  @Option(
      names = "--knock-outs",
      paramLabel = "N",
      description = "mask the neighbours of so many cited answers, one at a time (0)")
  private int knockOuts;

  @Option(
      names = "--compare",
      paramLabel = "ID|FILE",
      description =
          "a run of the service, or one that --out wrote: differences over the questions that both"
              + " have")
  private @Nullable String compare;

  @Option(
      names = "--expected",
      paramLabel = "FILE",
      description = "figures with tolerances, as in benchmarks/expected")
  private @Nullable Path expected;

  @Option(names = "--out", paramLabel = "FILE", description = "write the run there, as JSON")
  private @Nullable Path out;

  @Option(names = "--report", paramLabel = "FILE", description = "write a page there, as HTML")
  private @Nullable Path report;

  @Option(names = "--strict", description = "a line that cannot be read ends it")
  private boolean strict;

  private NeighbourSupply supply = NeighbourSupply.RETRIEVED;
  private AnswerStyle answerStyle = AnswerStyle.SHORT;
  private QuestionFile set = new QuestionFile("", "", List.of(), List.of());
  private List<Question> questions = List.of();
  private @Nullable EvaluationRun before;
  private @Nullable Expectations expectations;

  EvalVerb(Program program) {
    super(program);
  }

  @Override
  void check() throws IOException {
    try {
      supply = NeighbourSupply.parse(neighbours);
      answerStyle = AnswerStyle.parse(style);
      checkFlags();
      if (compare != null && !ofService(compare)) {
        before = RunFile.read(existing("--compare", Path.of(compare)));
      }
      expectations = expected == null ? null : Expectations.read(existing("--expected", expected));
      if (!dataset.equals("-")) {
        existing("--dataset", Path.of(dataset));
      }
      set = QuestionFile.read(dataset, supply != NeighbourSupply.RETRIEVED);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    draw();
  }

  private void checkFlags() {
    if (supply != NeighbourSupply.RETRIEVED && (collection.given() || k != null || addressed())) {
      throw new UsageException(
          "--collection, --k and --url belong to --neighbours retrieved, not to " + supply);
    }
    if (supply != NeighbourSupply.RETRIEVED && ofService(compare)) {
      throw new UsageException(
          "--compare is a run of the service, which --neighbours " + supply + " does not ask");
    }
    positive("--limit", limit);
    positive("--k", k);
    if (knockOuts < 0) {
      throw new UsageException("--knock-outs is " + knockOuts + ", allowed: 0 or more");
    }
    if (minConfidence != null && !(minConfidence >= 0 && minConfidence <= 1)) {
      throw new UsageException("--min-confidence is " + minConfidence + ", allowed: 0 to 1");
    }
    writable("--out", out);
    writable("--report", report);
  }

  private static boolean ofService(@Nullable String run) {
    return run != null && ObjectId.isOf("evl", run);
  }

  private static void positive(String flag, @Nullable Integer value) {
    if (value != null && value < 1) {
      throw new UsageException(flag + " is " + value + ", allowed: 1 or more");
    }
  }

  private static Path existing(String flag, Path file) {
    if (!Files.isRegularFile(file)) {
      throw new UsageException(flag + ": there is no file '" + file + "'");
    }
    return file;
  }

  /** A long run must not end with what could have been known before. */
  private static void writable(String flag, @Nullable Path file) {
    if (file == null) {
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isWritable(folder) || Files.isDirectory(file)) {
      throw new UsageException(flag + ": '" + file + "' cannot be written");
    }
  }

  private void draw() {
    List<QuestionFile.Complaint> complaints = set.complaints();
    complaints.stream()
        .limit(SHOWN_COMPLAINTS)
        .forEach(complaint -> terminal().err().println(Terminal.line(complaint.toString())));
    if (complaints.size() > SHOWN_COMPLAINTS) {
      terminal().err().println("… and " + (complaints.size() - SHOWN_COMPLAINTS) + " more lines");
    }
    if (strict && !complaints.isEmpty()) {
      throw new UsageException(
          "%d lines of %s cannot be read; without --strict they are left out"
              .formatted(complaints.size(), set.name()));
    }
    if (set.questions().isEmpty()) {
      throw new UsageException("there is no question in " + set.name());
    }
    questions = supply.arrange(set.draw(limit == null ? 0 : limit, seed));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (supplied()) {
      check();
      return runGiven();
    }
    return super.call();
  }

  /** Whether no service is needed; a word that is neither is told by {@link #check}. */
  private boolean supplied() {
    return !neighbours.equals(NeighbourSupply.RETRIEVED.toString());
  }

  @Override
  int run(Api api) throws IOException, InterruptedException {
    String target = collection.value(api);
    api.get(
        "/collections/" + Api.quoted(target)); // an unknown one is told before the first question
    if (compare != null && ofService(compare)) {
      before = RunFile.read(compare, api.get("/evaluations/" + compare + "/file"));
    }
    var answers = new ApiAnswers(api, target, answerStyle, k, minConfidence);
    var reader = new CollectionReader(answers, answerStyle, k);
    var rows = new Rows();
    try {
      for (Question question : questions) {
        rows.add(reader.read(question, rows.knockedOut() < knockOuts));
      }
    } catch (RefusedCallException e) {
      throw e.refusal();
    }
    return finish(target, reader.model(), rows);
  }

  private int runGiven() throws IOException {
    // No service starts here that would see to it: libraries have nothing to tell a reader.
    LoggingSystem.get(EvalVerb.class.getClassLoader()).beforeInitialize();
    ModelSource.Decoder decoder =
        program().sources().apply(settings(Map.of())).models().openDecoder();
    try {
      var reader =
          new GivenReader(
              decoder.generator(),
              answerStyle,
              null,
              minConfidence,
              new Diagnostics(true, supply == NeighbourSupply.OFF));
      var rows = new Rows();
      for (Question question : questions) {
        rows.add(reader.readOrFail(question, rows.knockedOut() < knockOuts));
      }
      var model =
          new EvaluationRun.Model(
              decoder.name(), "none", decoder.fingerprint(), decoder.generator().device());
      return finish(null, model, rows);
    } finally {
      decoder.closer().run();
    }
  }

  /** The rows so far, and a person who waits for them. */
  private final class Rows {
    private final List<Row> rows = new ArrayList<>();
    private final Instant startedAt = Instant.now();
    private final ProgressLine progress =
        new ProgressLine(terminal(), quiet(), "Evaluation", System::nanoTime);
    private int right;
    private int knockedOut;

    void add(Row row) {
      rows.add(row);
      right += row.right() ? 1 : 0;
      knockedOut += row.knockOutNats() == null ? 0 : 1;
      if (rows.size() < questions.size()) {
        progress.show(share(), text());
      } else {
        progress.finish(share(), text());
      }
    }

    private double share() {
      return (double) rows.size() / questions.size();
    }

    private String text() {
      return "%,d/%,d questions · %,d right".formatted(rows.size(), questions.size(), right);
    }

    int knockedOut() {
      return knockedOut;
    }
  }

  private int finish(@Nullable String target, EvaluationRun.@Nullable Model model, Rows rows)
      throws IOException {
    Instant finishedAt = Instant.now();
    EvaluationRun run =
        EvaluationRun.of(
            new Conditions(
                command(),
                ProgramVersion.current(),
                target,
                supply.toString(),
                style,
                k,
                minConfidence,
                set.name(),
                set.sha256(),
                limit == null ? 0 : limit,
                seed),
            model,
            EvaluationRun.Machine.current(),
            rows.startedAt,
            finishedAt,
            Duration.between(rows.startedAt, finishedAt),
            set.complaints().stream().map(QuestionFile.Complaint::toString).toList(),
            rows.rows);
    if (before != null) {
      run = run.comparedWith(before);
    }
    if (out != null) {
      RunFile.write(run, out);
    }
    if (report != null) {
      Files.writeString(report, Report.html(run));
    }
    if (json()) {
      print(RunFile.tree(run));
    } else {
      show(run);
    }
    return exitCode(run);
  }

  private int exitCode(EvaluationRun run) {
    if (!run.leftOut().isEmpty()) {
      terminal()
          .err()
          .println("%d lines of %s were left out".formatted(run.leftOut().size(), set.name()));
    }
    if (run.counts().failed() > 0) {
      String why =
          run.rows().stream().map(Row::error).filter(e -> e != null).findFirst().orElse("");
      terminal()
          .err()
          .println(
              "%d questions failed, the first because: %s"
                  .formatted(run.counts().failed(), Terminal.line(why)));
    }
    List<String> misses = expectations == null ? List.of() : expectations.misses(run.metrics());
    misses.forEach(terminal().err()::println);
    return run.complete() && misses.isEmpty() ? ExitCode.DONE : ExitCode.RESERVATION;
  }

  private void show(EvaluationRun run) {
    for (Metric metric : Metric.values()) {
      Double value = run.metrics().get(metric.toString());
      EvaluationRun.Interval interval = run.intervals().get(metric.toString());
      if (value != null && interval != null) {
        print(
            String.format(
                Locale.ROOT,
                "%-26s %12s  %s to %s, n = %,d",
                metric,
                Report.shown(metric, value),
                Report.shown(metric, interval.low()),
                Report.shown(metric, interval.high()),
                interval.n()));
      }
    }
    Comparison comparison = run.comparison();
    if (comparison != null) {
      show(comparison);
    }
  }

  private void show(Comparison comparison) {
    print("");
    print(
        "Now − before, %,d questions in both; %,d right that were not, %,d no longer"
            .formatted(comparison.common(), comparison.gained().size(), comparison.lost().size()));
    comparison.changes().forEach(change -> note("other " + Terminal.line(change)));
    comparison
        .differences()
        .forEach(
            (name, difference) -> {
              Metric metric = Metric.valueOf(name.toUpperCase(Locale.ROOT));
              print(
                  String.format(
                      Locale.ROOT,
                      "%-26s %12s  %s to %s%s",
                      name,
                      Report.signed(metric, difference.difference()),
                      Report.signed(metric, difference.low()),
                      Report.signed(metric, difference.high()),
                      difference.clear() ? "  *" : ""));
            });
  }

  private String command() {
    if (spec == null) {
      throw new IllegalStateException("picocli has not run");
    }
    return spec.root().commandLine().getParseResult().originalArgs().stream()
        .map(argument -> argument.matches("[\\w./:=,@+-]+") ? argument : quoted(argument))
        .collect(Collectors.joining(" ", "retort ", ""));
  }

  private static String quoted(String argument) {
    return "'" + argument.replace("'", "'\\''") + "'";
  }
}
