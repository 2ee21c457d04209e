package io.retort.web.idempotency;

import io.retort.data.store.ReplyStore;
import io.retort.web.problem.ProblemWriter;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** Puts the filter behind security, which says who is asking. */
@Configuration(proxyBeanMethods = false)
class IdempotencyConfiguration {
  @Bean
  FilterRegistrationBean<IdempotencyFilter> idempotencyFilter(
      ReplyStore replies, ProblemWriter problems) {
    var registration = new FilterRegistrationBean<>(new IdempotencyFilter(replies, problems));
    registration.setOrder(Ordered.LOWEST_PRECEDENCE);
    return registration;
  }
}
