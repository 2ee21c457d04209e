package io.retort.web.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes problems to responses, for code that stands outside of the controllers. */
public final class ProblemWriter {
  /** The media type of every problem. */
  public static final String MEDIA_TYPE = "application/problem+json";

  private final JsonMapper json;

  public ProblemWriter(JsonMapper json) {
    this.json = json;
  }

  public void write(
      HttpServletRequest request, HttpServletResponse response, ApiException exception)
      throws IOException {
    if (response.isCommitted()) {
      return;
    }
    Problem problem = Problem.of(exception, request.getRequestURI(), TraceFilter.traceId(request));
    response.resetBuffer();
    response.setStatus(problem.status());
    response.setContentType(MEDIA_TYPE);
    if (exception.code() == ProblemCode.UNAUTHENTICATED) {
      response.setHeader("WWW-Authenticate", "Bearer");
    }
    String retryAfter = retryAfter(exception);
    if (retryAfter != null) {
      response.setHeader("Retry-After", retryAfter);
    }
    byte[] body = json.writeValueAsBytes(problem);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /** The header's value in whole seconds, at least 1: every 429 and 503 has one. */
  static @Nullable String retryAfter(ApiException exception) {
    Duration wait = exception.retryAfter();
    if (wait == null) {
      int status = exception.code().status();
      return status == 429 || status == 503 ? "1" : null;
    }
    return Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()));
  }
}
