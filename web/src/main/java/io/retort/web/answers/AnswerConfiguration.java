package io.retort.web.answers;

import io.micrometer.core.instrument.MeterRegistry;
import io.retort.data.store.AnswerStore;
import io.retort.data.store.ConversationStore;
import io.retort.web.access.AccessScopes;
import io.retort.web.rooms.Rooms;
import io.retort.web.settings.RetortSettings;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Puts the answer flow together. */
@Configuration(proxyBeanMethods = false)
class AnswerConfiguration {
  @Bean
  AnswerDesk answerDesk(RetortSettings settings) {
    return new AnswerDesk(settings.answers().slots(), settings.answers().queuePerSlot());
  }

  @Bean
  AnswerMetrics answerMetrics(MeterRegistry registry, AnswerDesk desk) {
    return new AnswerMetrics(registry, desk);
  }

  @Bean
  AnswerService answerService(
      Rooms rooms,
      AccessScopes scopes,
      EarlierTurns earlier,
      RetortSettings settings,
      AnswerDesk desk,
      AnswerStore store,
      AnswerMetrics metrics,
      JsonMapper json,
      Clock clock) {
    var maker =
        new AnswerMaker(
            rooms, store, new AnswerViews(settings.server().publicUrl()), metrics, json);
    return new AnswerService(rooms, scopes, earlier, settings, desk, maker, metrics, clock);
  }

  @Bean
  KeptAnswers keptAnswers(
      Rooms rooms, AnswerStore store, AccessScopes scopes, AnswerDesk desk, JsonMapper json) {
    return new KeptAnswers(rooms, store, scopes, desk, json);
  }

  @Bean
  EarlierTurns earlierTurns(
      Rooms rooms,
      ConversationStore conversations,
      AnswerStore answers,
      KeptAnswers kept,
      AccessScopes scopes) {
    return new EarlierTurns(rooms, conversations, answers, kept, scopes);
  }
}
