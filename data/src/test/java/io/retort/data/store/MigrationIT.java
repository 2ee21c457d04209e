package io.retort.data.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.store.AnswerStore.Source;
import io.retort.data.store.FeedbackStore.Opinion;
import io.retort.data.store.FeedbackStore.Rating;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Stores as earlier programs left them. */
class MigrationIT {
  @TempDir Path folder;

  /** Puts a ledger of an earlier schema, with one answer, in the place of a new one. */
  private Path storeOf(String schema) throws IOException, SQLException {
    Path data = folder.resolve("data");
    String storeId;
    try (LedgerStore store = LedgerStore.open(data)) {
      storeId = store.storeId();
    }
    Files.delete(data.resolve("db/ledger.mv.db"));
    String url = "jdbc:h2:" + data.resolve("db/ledger").toAbsolutePath();
    String password = Files.readString(data.resolve("db/password"), US_ASCII).strip();
    Flyway.configure()
        .dataSource(url, "retort", password)
        .locations("classpath:db/migration")
        .target(schema)
        .load()
        .migrate();
    try (Connection connection = DriverManager.getConnection(url, "retort", password);
        Statement statement = connection.createStatement()) {
      statement.execute("update ledger_head set store_id = '" + storeId + "' where id = 1");
      statement.execute(
          "insert into answer (id, principal, created_at, body)"
              + " values ('ans_old', 'local', timestamp '2026-11-25 09:00:00', '{\"old\":1}')");
      statement.execute("insert into answer_source values ('ans_old', 'doc_1', 3, true)");
      statement.execute("shutdown");
    }
    return data;
  }

  @Test
  @Tag("CR-11")
  void aStoreOfBeforeThereWerePlacesOpens() throws Exception {
    try (LedgerStore store = LedgerStore.open(storeOf("3"))) {
      assertThat(store.contents().sweep()).isZero();
      var jdbc = JdbcClient.create(store.dataSource());
      assertThat(jdbc.sql("select places_sha256 from document_version").query().listOfRows())
          .isEmpty();
    }
  }

  @Test
  @Tag("CR-11")
  void answersOfBeforeThereWereConversationsStayAndCanBeRated() throws Exception {
    try (LedgerStore store = LedgerStore.open(storeOf("2"))) {
      var jdbc = JdbcClient.create(store.dataSource());
      var answers = new AnswerStore(store.dataSource(), Clock.systemUTC());
      var conversations = new ConversationStore(jdbc, Clock.systemUTC());
      var feedback = new FeedbackStore(jdbc, Clock.systemUTC());

      assertThat(answers.find("ans_old", "local")).contains("{\"old\":1}");
      assertThat(answers.cited("ans_old")).containsExactly(new Source("doc_1", 3, true));
      assertThat(feedback.put("ans_old", "local", new Opinion(Rating.UP, Set.of(), "", "")))
          .isPresent();
      String conversation = conversations.create("local", "new").id();
      answers.keep(
          new AnswerStore.Kept(
              "ans_new", "local", Instant.now(), conversation, "Q?", Set.of("c"), "{}", List.of()));
      assertThat(conversations.turns(List.of(conversation)).get(conversation))
          .extracting(ConversationStore.Turn::answerId)
          .containsExactly("ans_new");
      assertThat(answers.purgeCiting("doc_1")).isEqualTo(1);
      assertThat(feedback.find("ans_old", "local")).isEmpty();
    }
  }

  @Test
  @Tag("CR-11")
  void aRunOfBeforeRunsWentOnDoesNotSayWhatAnsweredIt() throws Exception {
    try (LedgerStore store = LedgerStore.open(storeOf("5"))) {
      var jdbc = JdbcClient.create(store.dataSource());
      jdbc.sql(
              """
              insert into job (id, number, kind, collection, state, progress, total, completed, failed,
                unchanged, chunks_written, cancelled, changes, created_at)
              values ('job_old', 1, 'EVALUATION', 'handbook', 'RUNNING', 0.5, 2, 1, 0, 0, 0, false, 2,
                timestamp '2026-11-25 09:00:00')
              """)
          .update();
      jdbc.sql("insert into question_set_body values ('%064d', X'00')".formatted(0)).update();
      jdbc.sql(
              """
              insert into evaluation (id, job_id, principal, dataset, sha256, settings)
              select 'evl_old', 'job_old', 'local', 'set', sha256, '{}' from question_set_body
              """)
          .update();
      jdbc.sql("insert into evaluation_row values ('evl_old', 0, 'right', '{}')").update();
      EvaluationStore evaluations = store.evaluations();
      assertThat(evaluations.takeUp()).isEqualTo(1);
      EvaluationStore.Evaluation run = evaluations.begin("{}").orElseThrow();
      assertThat(run.id()).isEqualTo("evl_old");
      assertThat(run.answering()).isNull();
    }
  }
}
