package io.retort.web.runs;

import io.retort.data.AccessScope;
import io.retort.data.ObjectId;
import io.retort.data.store.EvaluationStore;
import io.retort.data.store.EvaluationStore.Evaluation;
import io.retort.data.store.EvaluationStore.QuestionSet;
import io.retort.data.store.JobRow;
import io.retort.data.store.Slice;
import io.retort.data.store.SliceRequest;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.evaluation.Comparison;
import io.retort.web.evaluation.EvaluationRun;
import io.retort.web.evaluation.Row;
import io.retort.web.evaluation.RunFile;
import io.retort.web.evaluation.Verdict;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.rooms.Rooms;
import io.retort.web.search.Gate;
import io.retort.web.search.Gates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Evaluation runs for whoever sees their collection. Safe for use by many threads. */
public final class EvaluationRuns {
  private static final int MOST_QUEUED = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final EvaluationStore store;
  private final QuestionSets sets;
  private final RunWorker worker;
  private final Rooms rooms;
  private final AccessScopes scopes;
  private final JsonMapper json;

  /** Whole runs are read and resampled one at a time: that keeps a core busy for a while. */
  private final Gate gate;

  EvaluationRuns(
      EvaluationStore store,
      QuestionSets sets,
      RunWorker worker,
      Rooms rooms,
      AccessScopes scopes,
      Gates gates,
      JsonMapper json) {
    this.gate = gates.open("figures", "the figures of a run", 1, 8);
    this.store = store;
    this.sets = sets;
    this.worker = worker;
    this.rooms = rooms;
    this.scopes = scopes;
    this.json = json;
  }

  /** From now on what is queued is run; not for a service that is there for one call. */
  public void begin() {
    worker.start();
  }

  /** Puts a run at the end of the queue. */
  public Evaluation start(String collection, String dataset, RunSettings settings, Caller caller) {
    if (rooms.documents().collection(collection, scopes.of(caller)).isEmpty()) {
      throw new ApiException(ProblemCode.COLLECTION_NOT_FOUND, "there is no such collection");
    }
    QuestionSet set = sets.require(dataset, caller);
    rooms.models(); // what cannot answer does not begin
    int waiting = store.queued();
    if (waiting >= MOST_QUEUED) {
      throw ApiException.retryAfter(
          ProblemCode.OVERLOADED, waiting + " evaluation runs wait already", Duration.ofMinutes(1));
    }
    Evaluation queued =
        store.enqueue(
            caller.id(),
            collection,
            set,
            json.writeValueAsString(settings),
            QuestionSets.drawn(set, settings.limit()));
    worker.wake();
    return queued;
  }

  public Evaluation find(String id, Caller caller) {
    Optional<Evaluation> found =
        ObjectId.isOf("evl", id) ? store.find(id, scopes.of(caller)) : Optional.empty();
    return found.orElseThrow(
        () -> new ApiException(ProblemCode.EVALUATION_NOT_FOUND, "there is no such run"));
  }

  public RunSettings settings(Evaluation evaluation) {
    return json.readValue(evaluation.settings(), RunSettings.class);
  }

  /** Newest first. */
  public Slice<Evaluation> list(@Nullable String collection, SliceRequest slice, Caller caller) {
    return store.list(collection, slice, scopes.of(caller));
  }

  /** The questions of a run, as far as it has come. */
  public Slice<Row> rows(String id, @Nullable Verdict verdict, SliceRequest slice, Caller caller) {
    Evaluation evaluation = find(id, caller);
    Slice<EvaluationStore.Row> rows =
        store.rows(evaluation.id(), verdict == null ? null : verdict.toString(), slice);
    return new Slice<>(shown(rows.items(), scopes.of(caller)), rows.nextCursor());
  }

  /** Ends a run that waits or runs; the job as it is then. */
  public JobRow cancel(JobRow job, Caller caller) {
    if (!worker.cancel(job.id())) {
      throw new ApiException(ProblemCode.JOB_FINAL, "the job has ended already");
    }
    return rooms.ingest().job(job.id(), scopes.of(caller)).orElseThrow();
  }

  public void delete(String id, Caller caller) {
    Evaluation evaluation = find(id, caller);
    if (!evaluation.job().state().isFinal()) {
      throw new ApiException(
          ProblemCode.EVALUATION_RUNNING, "the run has not ended; cancel its job first");
    }
    store.delete(evaluation.id());
  }

  /** Removes the runs over a collection that is deleted. */
  public void deleteOf(String collection) {
    store.deleteOf(collection);
  }

  /** A run as a file keeps it, perhaps beside an earlier one. */
  public EvaluationRun whole(String id, @Nullable String with, Caller caller) throws Exception {
    Evaluation one = find(id, caller);
    Evaluation other = with == null ? null : find(with, caller);
    figures(one);
    if (other != null) {
      figures(other);
    }
    return gate.pass(
            caller,
            PATIENCE,
            () -> {
              EvaluationRun run = read(one, scopes.of(caller));
              return other == null
                  ? run
                  : OneCore.call(() -> run.comparedWith(read(other, scopes.of(caller))));
            })
        .result();
  }

  /**
   * A comparison, with the words of the questions that it names.
   *
   * @param questions by their ids
   */
  public record Compared(Comparison comparison, Map<String, String> questions) {}

  /** What is other now than in an earlier run. */
  public Compared compare(String id, String with, Caller caller) throws Exception {
    EvaluationRun run = whole(id, with, caller);
    Map<String, String> questions = new HashMap<>();
    run.rows().forEach(row -> questions.put(row.id(), row.question()));
    Comparison comparison = run.comparison();
    if (comparison == null) {
      throw new IllegalStateException("a run was asked for beside another");
    }
    return new Compared(comparison, questions);
  }

  private EvaluationRun read(Evaluation evaluation, AccessScope scope) {
    return RunFile.whole(figures(evaluation), shown(store.rows(evaluation.id()), scope));
  }

  private static String figures(Evaluation evaluation) {
    String figures = evaluation.figures();
    if (figures == null) {
      throw new ApiException(
          ProblemCode.EVALUATION_UNFINISHED, "the run " + evaluation.id() + " has no figures");
    }
    return figures;
  }

  /** Nothing tells of a document that is gone: neither its title nor a place in it. */
  private List<Row> shown(List<EvaluationStore.Row> kept, AccessScope scope) {
    Map<String, Boolean> there = new HashMap<>();
    List<Row> rows = new ArrayList<>(kept.size());
    for (EvaluationStore.Row stored : kept) {
      Row row = RunFile.row(stored.body());
      rows.add(
          row.withCitations(
              row.citations().stream().map(cited -> shown(cited, there, scope)).toList()));
    }
    return rows;
  }

  private Row.CitedRow shown(Row.CitedRow cited, Map<String, Boolean> there, AccessScope scope) {
    Row.Place place = cited.place();
    boolean exists =
        place != null
            && there.computeIfAbsent(
                place.documentId(), id -> rooms.documents().document(id, scope).isPresent());
    return exists ? cited : new Row.CitedRow("", null, cited.fromSource(), cited.valid(), null);
  }
}
