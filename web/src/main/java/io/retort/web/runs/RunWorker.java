package io.retort.web.runs;

import static java.util.Objects.requireNonNull;

import io.retort.data.store.EvaluationStore;
import io.retort.data.store.EvaluationStore.Evaluation;
import io.retort.data.store.Grant;
import io.retort.data.store.JobState;
import io.retort.data.store.Reason;
import io.retort.web.access.Caller;
import io.retort.web.access.Scope;
import io.retort.web.evaluation.CollectionReader;
import io.retort.web.evaluation.Conditions;
import io.retort.web.evaluation.EvaluationRun;
import io.retort.web.evaluation.NeighbourSupply;
import io.retort.web.evaluation.Question;
import io.retort.web.evaluation.QuestionFile;
import io.retort.web.evaluation.RefusedCallException;
import io.retort.web.evaluation.Row;
import io.retort.web.evaluation.RunFile;
import io.retort.web.rooms.LoadedModels;
import io.retort.web.rooms.ProgramVersion;
import io.retort.web.settings.RetortSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs what is queued, one run at a time, on a thread of its own. The queue is the store's: what
 * waits when the service stops goes on waiting after its restart, and what ran then goes on with
 * the questions that have no row yet, if what answers them is what answered the others.
 */
final class RunWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunWorker.class);
  private static final long BETWEEN_LOOKS_MS = 500;
  private static final Reason OTHERS =
      new Reason(
          "interrupted",
          "the service stopped during the run and came back with another version, other models or"
              + " other settings, so that its answers would not be of one service; start it again");

  private final EvaluationStore store;
  private final ServiceAnswers.Parts parts;
  private final RetortSettings settings;
  private final Clock clock;
  private final JsonMapper json;
  private final Thread thread = Thread.ofPlatform().name("evaluation").daemon().unstarted(this::go);
  private final Object turn = new Object();
  private @Nullable String running; // the job, guarded by turn
  private boolean cancelled; // guarded by turn
  private boolean woken = true; // guarded by turn
  private volatile boolean closing;

  RunWorker(
      EvaluationStore store,
      ServiceAnswers.Parts parts,
      RetortSettings settings,
      Clock clock,
      JsonMapper json) {
    this.store = store;
    this.parts = parts;
    this.settings = settings;
    this.clock = clock;
    this.json = json;
  }

  /**
   * What answers questions: rows of one run are of equal ones.
   *
   * @param k neighbours where a run does not say how many
   */
  private record Answering(
      EvaluationRun.Model model,
      String version,
      int k,
      @Nullable Double minConfidence,
      @Nullable Double minRelevance,
      RetortSettings.Retrieval retrieval) {}

  private Answering answering() {
    LoadedModels models = parts.rooms().models();
    return new Answering(
        new EvaluationRun.Model(
            models.decoderName(),
            models.encoderName(),
            models.fingerprint(),
            models.generator().device()),
        ProgramVersion.current(),
        settings.answers().k(),
        settings.answers().minConfidence(),
        settings.answers().minRelevance(),
        settings.retrieval());
  }

  void start() {
    if (store.takeUp() > 0) {
      LOG.info("an evaluation ran when the service ended last; it goes on");
    }
    thread.start();
  }

  /** Something was queued. */
  void wake() {
    synchronized (turn) {
      woken = true;
      turn.notifyAll();
    }
  }

  /** Ends a job that waits or runs; false if it had ended. */
  boolean cancel(String job) {
    boolean ended = store.cancel(job);
    synchronized (turn) {
      if (job.equals(running) && !cancelled) {
        cancelled = true;
        thread.interrupt(); // it may wait for a slot, for an answer, or out of patience
      }
    }
    parts.rooms().ingest().jobChanged();
    return ended;
  }

  private void go() {
    while (!closing) {
      try {
        awaitWork();
        Optional<Evaluation> next = store.begin(json.writeValueAsString(answering()));
        if (next.isPresent()) {
          run(next.get());
        } else {
          sleepUnlessWoken();
        }
      } catch (InterruptedException e) {
        // closing, which the loop sees
      } catch (RuntimeException e) {
        LOG.error("evaluations cannot be run at the moment", e);
        pause();
      }
    }
  }

  /** Nothing begins before the rooms are open. */
  private void awaitWork() throws InterruptedException {
    while (parts.rooms().notReady().isPresent()) {
      Thread.sleep(BETWEEN_LOOKS_MS);
      if (closing) {
        throw new InterruptedException();
      }
    }
  }

  private void sleepUnlessWoken() throws InterruptedException {
    synchronized (turn) {
      while (!woken) {
        turn.wait();
      }
      woken = false;
    }
  }

  private void pause() {
    try {
      Thread.sleep(10 * BETWEEN_LOOKS_MS);
    } catch (InterruptedException e) {
      // closing, which the loop sees
    }
  }

  private void run(Evaluation evaluation) {
    synchronized (turn) {
      running = evaluation.job().id();
      cancelled = false;
    }
    Reason error = null;
    try {
      parts.rooms().ingest().jobChanged();
      measure(evaluation);
    } catch (InterruptedException e) {
      LOG.info("evaluation {} was stopped", evaluation.id());
    } catch (RefusedCallException e) {
      error = new Reason(e.code(), String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException e) {
      error = new Reason("internal_error", "the run failed; the log says why");
      if (!isCancelled() && !isStopping()) {
        LOG.error("evaluation {} failed", evaluation.id(), e);
      }
    } finally {
      synchronized (turn) {
        running = null;
        if (Thread.interrupted()) { // meant for this run, perhaps too late for it
          LOG.debug("evaluation {} is no longer asked to stop", evaluation.id());
        }
      }
    }
    if (isStopping()) {
      store.putBack(evaluation); // whatever went wrong may be of the service's end
    } else if (error != null) {
      store.fail(evaluation, error); // changes nothing if it was cancelled
    }
    parts.rooms().ingest().jobChanged();
  }

  private boolean isStopping() {
    return closing || parts.rooms().isClosing();
  }

  private boolean isCancelled() {
    synchronized (turn) {
      return cancelled;
    }
  }

  private void measure(Evaluation evaluation)
      throws RefusedCallException, IOException, InterruptedException {
    RunSettings asked = json.readValue(evaluation.settings(), RunSettings.class);
    List<Row> rows = new ArrayList<>();
    store.rows(evaluation.id()).forEach(kept -> rows.add(RunFile.row(kept.body())));
    Answering answering = answering();
    if (!json.writeValueAsString(answering).equals(evaluation.answering())) {
      store.fail(evaluation, OTHERS);
      return;
    }
    QuestionFile set = QuestionSets.read(evaluation.dataset(), store.body(evaluation.sha256()));
    List<Question> questions = QuestionSets.draw(set, asked);
    // Of what its beginner may do a run needs this much, also when their key or session is gone.
    var caller =
        new Caller(
            evaluation.principal(),
            new Grant(
                evaluation.principal(),
                Set.of(Scope.ASK.word(), Scope.READ.word()),
                Set.of(evaluation.collection())));
    var reader =
        new CollectionReader(
            new ServiceAnswers(parts, caller, evaluation.collection(), asked),
            asked.style(),
            asked.k());
    Instant resumedAt = clock.instant();
    Duration worked = evaluation.worked();
    int failed = count(rows, Row::error);
    int knockedOut = count(rows, Row::knockOutNats);
    for (Question question : questions.subList(rows.size(), questions.size())) {
      Row row = withoutQuotes(reader.read(question, knockedOut < asked.knockOuts()));
      if (isCancelled() || isStopping()) {
        throw new InterruptedException();
      }
      rows.add(row);
      failed += row.error() == null ? 0 : 1;
      knockedOut += row.knockOutNats() == null ? 0 : 1;
      var kept =
          new EvaluationStore.Row(rows.size() - 1, row.verdict().toString(), RunFile.row(row));
      worked = evaluation.worked().plus(Duration.between(resumedAt, clock.instant()));
      var progress =
          new EvaluationStore.Progress(questions.size(), rows.size() - failed, failed, worked);
      if (!store.add(evaluation, kept, progress)) {
        throw new InterruptedException(); // it went with its collection
      }
      parts.rooms().ingest().jobChanged();
    }
    Instant startedAt = requireNonNull(evaluation.job().startedAt());
    Duration taken = worked;
    EvaluationRun run =
        OneCore.call(
            () ->
                EvaluationRun.of(
                    conditions(evaluation, asked),
                    answering.model(),
                    EvaluationRun.Machine.current(),
                    startedAt,
                    clock.instant(),
                    taken,
                    set.complaints().stream().map(QuestionFile.Complaint::toString).toList(),
                    rows));
    JobState state =
        failed == 0
            ? JobState.SUCCEEDED
            : failed == rows.size() ? JobState.FAILED : JobState.PARTIALLY_SUCCEEDED;
    store.finish(
        evaluation,
        RunFile.figures(run),
        state,
        state == JobState.FAILED
            ? new Reason("every_question_failed", String.valueOf(rows.getFirst().error()))
            : null);
  }

  private static int count(List<Row> rows, Function<Row, @Nullable Object> said) {
    return Math.toIntExact(rows.stream().filter(row -> said.apply(row) != null).count());
  }

  /** Documents may be deleted, and what was cited of them must not stay here. */
  private static Row withoutQuotes(Row row) {
    return row.withCitations(
        row.citations().stream()
            .map(c -> new Row.CitedRow(c.title(), null, c.fromSource(), c.valid(), c.place()))
            .toList());
  }

  private Conditions conditions(Evaluation evaluation, RunSettings asked) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("collection", evaluation.collection());
    body.put("dataset", evaluation.dataset());
    body.put("style", asked.style().toString());
    body.put("k", asked.k());
    body.put("min_confidence", asked.minConfidence());
    body.put("limit", asked.limit() == 0 ? null : asked.limit());
    body.put("seed", asked.seed());
    body.put("knock_outs", asked.knockOuts());
    return new Conditions(
        "POST /api/v1/evaluations " + json.writeValueAsString(body),
        ProgramVersion.current(),
        evaluation.collection(),
        NeighbourSupply.RETRIEVED.toString(),
        asked.style().toString(),
        asked.k(),
        asked.minConfidence(),
        evaluation.dataset(),
        evaluation.sha256(),
        asked.limit(),
        asked.seed());
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
