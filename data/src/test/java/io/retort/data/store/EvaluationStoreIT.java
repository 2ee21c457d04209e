package io.retort.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.AccessScope;
import io.retort.data.store.EvaluationStore.Evaluation;
import io.retort.data.store.EvaluationStore.NewSet;
import io.retort.data.store.EvaluationStore.QuestionSet;
import io.retort.data.store.EvaluationStore.Row;
import java.io.IOException;
import java.nio.file.Path;
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
    assertThat(evaluations.begin().orElseThrow().id()).isEqualTo(first.id());
    assertThat(evaluations.begin().orElseThrow().id()).isEqualTo(third.id());
    assertThat(evaluations.begin()).isEmpty();
  }

  @Test
  void aRowIsKeptWithTheProgressOfItsJobAndAfterTheEndNoMore() {
    Evaluation run = enqueue(put("set", "lines"));
    evaluations.begin();
    assertThat(evaluations.add(run, new Row(0, "right", "{}"), 2, 1, 0)).isTrue();
    JobRow job = store.jobs().find(run.job().id(), SCOPE).orElseThrow();
    assertThat(job.completed()).isEqualTo(1);
    assertThat(job.progress()).isEqualTo(0.5);
    evaluations.cancel(run.job().id());
    assertThat(evaluations.add(run, new Row(1, "wrong", "{}"), 2, 2, 0)).isFalse();
    evaluations.finish(run, "{\"figures\":1}", JobState.SUCCEEDED, null);
    Evaluation ended = evaluations.find(run.id(), SCOPE).orElseThrow();
    assertThat(ended.job().state()).isEqualTo(JobState.CANCELLED);
    assertThat(ended.figures()).isNull();
    assertThat(evaluations.rows(run.id(), "right", SliceRequest.first(10)).items()).hasSize(1);
    evaluations.deleteOf("handbook");
    assertThat(evaluations.add(run, new Row(2, "wrong", "{}"), 2, 2, 0)).isFalse();
  }

  @Test
  void aRestartFailsWhatRanAndNothingElse() throws IOException {
    QuestionSet set = put("set", "lines");
    Evaluation ran = enqueue(set);
    Evaluation waits = enqueue(set);
    evaluations.begin();
    evaluations.add(ran, new Row(0, "right", "{}"), 2, 1, 0);
    store.close();
    open();
    assertThat(evaluations.interrupt()).isEqualTo(1);
    JobRow job = evaluations.find(ran.id(), SCOPE).orElseThrow().job();
    assertThat(job.state()).isEqualTo(JobState.FAILED);
    assertThat(job.error()).extracting(Reason::code).isEqualTo("interrupted");
    assertThat(job.completed() + job.failed()).isEqualTo(2);
    assertThat(evaluations.interrupt()).isZero();
    assertThat(evaluations.begin().orElseThrow().id()).isEqualTo(waits.id());
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
