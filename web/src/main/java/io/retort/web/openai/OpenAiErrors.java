package io.retort.web.openai;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ErrorForm;
import io.retort.web.problem.ProblemCode;
import org.springframework.stereotype.Component;

/** Every error under {@code /v1}, whoever finds it. */
@Component
final class OpenAiErrors implements ErrorForm {
  @Override
  public boolean covers(String path) {
    return path.equals("/v1") || path.startsWith("/v1/");
  }

  @Override
  public Object body(ApiException exception, String instance, String traceId) {
    return OpenAiError.of(exception);
  }

  @Override
  public Class<?> type() {
    return OpenAiError.class;
  }

  @Override
  public String code(ProblemCode code) {
    return OpenAiError.code(code);
  }
}
