package io.retort.web.runs;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.retort.data.store.EvaluationStore;
import io.retort.data.store.LedgerStore;
import io.retort.web.access.AccessScopes;
import io.retort.web.answers.AnswerDesk;
import io.retort.web.answers.AnswerService;
import io.retort.web.answers.KeptAnswers;
import io.retort.web.rooms.Rooms;
import io.retort.web.search.Gates;
import io.retort.web.search.SearchService;
import io.retort.web.settings.RetortSettings;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Puts evaluation runs together. */
@Configuration(proxyBeanMethods = false)
class RunConfiguration {
  @Bean
  EvaluationStore evaluationStore(LedgerStore store) {
    return store.evaluations();
  }

  @Bean
  QuestionSets questionSets(EvaluationStore store) {
    return new QuestionSets(store);
  }

  @Bean(destroyMethod = "close")
  RunWorker runWorker(
      EvaluationStore store,
      Rooms rooms,
      AnswerDesk desk,
      AnswerService answers,
      KeptAnswers kept,
      SearchService searches,
      RetortSettings settings,
      Clock clock,
      JsonMapper json) {
    return new RunWorker(
        store,
        new ServiceAnswers.Parts(rooms, desk, answers, kept, searches),
        settings,
        clock,
        json);
  }

  @Bean
  EvaluationRuns evaluationRuns(
      EvaluationStore store,
      QuestionSets sets,
      RunWorker worker,
      Rooms rooms,
      AccessScopes scopes,
      Gates gates,
      JsonMapper json) {
    return new EvaluationRuns(store, sets, worker, rooms, scopes, gates, json);
  }

  @Bean
  MeterBinder evaluationsThatWait(EvaluationStore store) {
    return registry ->
        Gauge.builder("retort.queue.depth", store, EvaluationStore::queued)
            .tag("queue", "evaluations")
            .register(registry);
  }
}
