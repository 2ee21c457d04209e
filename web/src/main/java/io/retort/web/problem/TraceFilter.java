package io.retort.web.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.MDC;
import org.springframework.web.filter.OncePerRequestFilter;

/** Gives each request its trace id, taken over from {@code traceparent} if there is a good one. */
public final class TraceFilter extends OncePerRequestFilter {
  static final String ATTRIBUTE = TraceFilter.class.getName();
  private static final Pattern TRACEPARENT =
      Pattern.compile("00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");
  private static final String NO_TRACE = "0".repeat(32);
  private static final SecureRandom RANDOM = new SecureRandom();

  /** The trace id of a request. */
  public static String traceId(HttpServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof String id ? id : NO_TRACE;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String id = traceId(request.getHeaders("traceparent").asIterator());
    request.setAttribute(ATTRIBUTE, id);
    response.setHeader("X-Trace-Id", id);
    try (var _ = MDC.putCloseable("trace_id", id)) {
      chain.doFilter(request, response);
    }
  }

  private static String traceId(java.util.Iterator<String> headers) {
    if (headers.hasNext()) {
      Matcher matcher = TRACEPARENT.matcher(headers.next());
      if (matcher.matches() && !matcher.group(1).equals(NO_TRACE)) {
        return matcher.group(1);
      }
    }
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
