package io.retort.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.AccessScope;
import io.retort.data.store.EvaluationStore.Evaluation;
import io.retort.data.store.EvaluationStore.NewSet;
import io.retort.data.store.EvaluationStore.Progress;
import io.retort.data.store.EvaluationStore.QuestionSet;
import io.retort.data.store.EvaluationStore.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Question sets and runs in a real ledger. */
class EvaluationStoreIT {
  private static final AccessScope SCOPE = new AccessScope("local", Set.of("handbook"));

  @TempDir Path folder;
  private LedgerStore store;
  private EvaluationStore evaluations;

  @BeforeEach
  void open() throws IOException {
    store = LedgerStore.open(folder.resolve("data"));
    evaluations = store.evaluations();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private QuestionSet put(String name, String body) {
    return evaluations.put(
        new NewSet(name, "local", "%064x".formatted(body.hashCode()), 2, 0, 0),
        body.getBytes(UTF_8));
  }

  private Evaluation enqueue(QuestionSet set) {
    return evaluations.enqueue("local", "handbook", set, "{}", 2);
  }

  private Evaluation begin(String answering) {
    return evaluations.begin(answering).orElseThrow();
  }

  private static Progress progress(int completed) {
    return new Progress(2, completed, 0, Duration.ofSeconds(8L * completed));
  }

  /** As after the process was ended from outside. */
  private void reopen() throws IOException {
    store.close();
    open();
  }

  private long bodies() {
    return JdbcClient.create(store.dataSource())
        .sql("select count(*) from question_set_body")
        .query(Long.class)
        .single();
  }

  @Test
  void aRunKeepsItsQuestionsWhateverBecomesOfTheSet() {
    QuestionSet first = put("set", "first");
    Evaluation run = enqueue(first);
    put("set", "second");
    assertThat(evaluations.body(run.sha256())).isEqualTo("first".getBytes(UTF_8));
    evaluations.deleteSet("set");
    assertThat(bodies()).isEqualTo(1);
    evaluations.cancel(run.job().id());
    assertThat(evaluations.delete(run.id())).isTrue();
    assertThat(bodies()).isZero();
  }

  @Test
  void twoSetsOfTheSameLinesShareThem() {
    put("one", "lines");
    put("two", "lines");
    assertThat(bodies()).isEqualTo(1);
    evaluations.deleteSet("one");
    assertThat(evaluations.body(evaluations.set("two").orElseThrow().sha256()))
        .isEqualTo("lines".getBytes(UTF_8));
  }

  @Test
  void whatHasWaitedLongestBeginsFirst() {
    QuestionSet set = put("set", "lines");
    Evaluation first = enqueue(set);
    Evaluation second = enqueue(set);
    Evaluation third = enqueue(set);
    assertThat(evaluations.queued()).isEqualTo(3);
    assertThat(evaluations.cancel(second.job().id())).isTrue();
    assertThat(begin("{}").id()).isEqualTo(first.id());
    assertThat(begin("{}").id()).isEqualTo(third.id());
    assertThat(evaluations.begin("{}")).isEmpty();
  }

  @Test
  void aRowIsKeptWithTheProgressOfItsJobAndAfterTheEndNoMore() {
    Evaluation run = enqueue(put("set", "lines"));
    evaluations.begin("{}");
    assertThat(evaluations.add(run, new Row(0, "right", "{}"), progress(1))).isTrue();
    JobRow job = store.jobs().find(run.job().id(), SCOPE).orElseThrow();
    assertThat(job.completed()).isEqualTo(1);
    assertThat(job.progress()).isEqualTo(0.5);
    evaluations.cancel(run.job().id());
    assertThat(evaluations.add(run, new Row(1, "wrong", "{}"), progress(2))).isFalse();
    evaluations.finish(run, "{\"figures\":1}", JobState.SUCCEEDED, null);
    Evaluation ended = evaluations.find(run.id(), SCOPE).orElseThrow();
    assertThat(ended.job().state()).isEqualTo(JobState.CANCELLED);
    assertThat(ended.figures()).isNull();
    assertThat(evaluations.rows(run.id(), "right", SliceRequest.first(10)).items()).hasSize(1);
    evaluations.deleteOf("handbook");
    assertThat(evaluations.add(run, new Row(2, "wrong", "{}"), progress(2))).isFalse();
  }

  @Test
  void afterAStopWhatRanGoesOnFirstWithItsRows() throws IOException {
    QuestionSet set = put("set", "lines");
    Evaluation ran = enqueue(set);
    Evaluation waits = enqueue(set);
    Instant started = begin("{\"by\":1}").job().startedAt();
    evaluations.add(ran, new Row(0, "right", "{}"), progress(1));
    reopen();
    assertThat(evaluations.takeUp()).isEqualTo(1);
    JobRow job = evaluations.find(ran.id(), SCOPE).orElseThrow().job();
    assertThat(job.state()).isEqualTo(JobState.QUEUED);
    assertThat(job.progress()).isEqualTo(0.5);
    assertThat(evaluations.takeUp()).isZero();
    Evaluation again = begin("{\"by\":2}");
    assertThat(again.id()).isEqualTo(ran.id());
    assertThat(again.answering()).isEqualTo("{\"by\":1}");
    assertThat(again.worked()).isEqualTo(Duration.ofSeconds(8));
    assertThat(again.job().startedAt()).isEqualTo(started);
    assertThat(again.job().etaSeconds()).as("of 8 s for one of two").isEqualTo(8);
    assertThat(evaluations.rows(ran.id())).hasSize(1);
    assertThat(begin("{\"by\":2}").id()).isEqualTo(waits.id());
  }

  @Test
  void aRunWithoutARowIsOfWhatAnswersNow() {
    Evaluation run = enqueue(put("set", "lines"));
    begin("{\"by\":1}");
    evaluations.putBack(run);
    assertThat(begin("{\"by\":2}").answering()).isEqualTo("{\"by\":2}");
  }

  @Test
  void whatEndsTheProcessAgainAndAgainIsNotTakenUpForEver() throws IOException {
    Evaluation run = enqueue(put("set", "lines"));
    begin("{}");
    reopen();
    assertThat(evaluations.takeUp()).isEqualTo(1);
    begin("{}");
    evaluations.add(run, new Row(0, "right", "{}"), progress(1)); // that was not it
    for (int stop = 1; stop < 3; stop++) {
      reopen();
      assertThat(evaluations.takeUp()).as("stop %d at the second question", stop).isEqualTo(1);
      begin("{}");
    }
    evaluations.putBack(run); // an orderly end is no sign of anything
    reopen();
    assertThat(evaluations.takeUp()).isZero();
    begin("{}");
    reopen();
    assertThat(evaluations.takeUp()).isZero();
    JobRow job = evaluations.find(run.id(), SCOPE).orElseThrow().job();
    assertThat(job.state()).isEqualTo(JobState.FAILED);
    assertThat(job.error()).extracting(Reason::code).isEqualTo("interrupted");
    assertThat(job.completed()).isEqualTo(1);
    assertThat(job.failed()).isEqualTo(1);
  }

  @Test
  void whatHasEndedIsNotPutBack() {
    Evaluation run = enqueue(put("set", "lines"));
    begin("{}");
    evaluations.cancel(run.job().id());
    evaluations.putBack(run);
    assertThat(evaluations.find(run.id(), SCOPE).orElseThrow().job().state())
        .isEqualTo(JobState.CANCELLED);
    assertThat(evaluations.takeUp()).isZero();
  }

  @Test
  void aRunIsThereForWhoSeesItsCollection() {
    Evaluation run = enqueue(put("set", "lines"));
    var other = new AccessScope("local", Set.of("other"));
    assertThat(evaluations.find(run.id(), other)).isEmpty();
    assertThat(evaluations.list(null, SliceRequest.first(5), other).items()).isEmpty();
    assertThat(evaluations.list("handbook", SliceRequest.first(5), SCOPE).items())
        .extracting(Evaluation::id)
        .isEqualTo(List.of(run.id()));
    evaluations.deleteOf("handbook");
    assertThat(evaluations.find(run.id(), SCOPE)).isEmpty();
  }
}
