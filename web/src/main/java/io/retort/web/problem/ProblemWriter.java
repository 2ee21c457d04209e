package io.retort.web.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes problems to responses, for code that stands outside of the controllers. */
public final class ProblemWriter {
  /** The media type of every problem but those in another form. */
  public static final String MEDIA_TYPE = "application/problem+json";

  private final JsonMapper json;
  private final List<ErrorForm> forms;

  public ProblemWriter(JsonMapper json, List<ErrorForm> forms) {
    this.json = json;
    this.forms = List.copyOf(forms);
  }

  /** What is sent of a problem. */
  record Body(String mediaType, String json) {
    byte[] bytes() {
      return json.getBytes(StandardCharsets.UTF_8);
    }
  }

  public void write(
      HttpServletRequest request, HttpServletResponse response, ApiException exception)
      throws IOException {
    if (response.isCommitted()) {
      return;
    }
    Body body = body(exception, path(request), TraceFilter.traceId(request));
    response.resetBuffer();
    response.setStatus(exception.code().status());
    response.setContentType(body.mediaType);
    if (exception.code() == ProblemCode.UNAUTHENTICATED) {
      response.setHeader("WWW-Authenticate", "Bearer");
    }
    String retryAfter = retryAfter(exception);
    if (retryAfter != null) {
      response.setHeader("Retry-After", retryAfter);
    }
    byte[] bytes = body.bytes();
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }

  /** The path that was asked for, also while the container handles an error. */
  private static String path(HttpServletRequest request) {
    return request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String asked
        ? asked
        : request.getRequestURI();
  }

  Body body(ApiException exception, String path, String traceId) {
    Optional<ErrorForm> form = forms.stream().filter(f -> f.covers(path)).findFirst();
    return form.isPresent()
        ? new Body(
            "application/json", json.writeValueAsString(form.get().body(exception, path, traceId)))
        : new Body(MEDIA_TYPE, json.writeValueAsString(Problem.of(exception, path, traceId)));
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
