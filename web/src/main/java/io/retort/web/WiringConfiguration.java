package io.retort.web;

import io.retort.data.store.AccessStore;
import io.retort.data.store.AnswerStore;
import io.retort.data.store.ConversationStore;
import io.retort.data.store.FeedbackStore;
import io.retort.data.store.LedgerStore;
import io.retort.data.store.ReplyStore;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Credentials;
import io.retort.web.access.LocalCredential;
import io.retort.web.access.LoginUrls;
import io.retort.web.access.RateLimiter;
import io.retort.web.problem.TraceFilter;
import io.retort.web.rooms.Rooms;
import io.retort.web.rooms.RoomsOpener;
import io.retort.web.rooms.StatusBoard;
import io.retort.web.settings.RetortSettings;
import java.time.Clock;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Puts plain classes of all rooms together. */
@Configuration(proxyBeanMethods = false)
class WiringConfiguration {
  @Bean
  AccessStore accessStore(LedgerStore store, Clock clock) {
    return new AccessStore(JdbcClient.create(store.dataSource()), clock);
  }

  @Bean
  AnswerStore answerStore(LedgerStore store, Clock clock) {
    return new AnswerStore(store.dataSource(), clock);
  }

  @Bean
  ConversationStore conversationStore(LedgerStore store, Clock clock) {
    return new ConversationStore(JdbcClient.create(store.dataSource()), clock);
  }

  @Bean
  FeedbackStore feedbackStore(LedgerStore store, Clock clock) {
    return new FeedbackStore(JdbcClient.create(store.dataSource()), clock);
  }

  @Bean
  ReplyStore replyStore(LedgerStore store, Clock clock) {
    return new ReplyStore(JdbcClient.create(store.dataSource()), clock);
  }

  @Bean
  AccessScopes accessScopes(Rooms rooms) {
    return new AccessScopes(() -> rooms.documents().collectionIds());
  }

  @Bean
  LocalCredential localCredential() {
    return new LocalCredential();
  }

  @Bean
  Credentials credentials(AccessStore store, LocalCredential local) {
    return new Credentials(store, local);
  }

  @Bean
  LoginUrls loginUrls(AccessStore store) {
    return new LoginUrls(store);
  }

  @Bean
  RateLimiter rateLimiter(RetortSettings settings) {
    return new RateLimiter(settings.limits().requestsPerMinute(), System::nanoTime);
  }

  @Bean
  StatusBoard statusBoard(RoomsOpener opener) {
    return opener.statusBoard();
  }

  @Bean
  FilterRegistrationBean<TraceFilter> traceFilter() {
    var registration = new FilterRegistrationBean<>(new TraceFilter());
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }
}
