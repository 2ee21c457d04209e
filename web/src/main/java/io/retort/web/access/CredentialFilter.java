package io.retort.web.access;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Finds out who is calling, by API key or by session cookie, and refuses foreign hosts and origins,
 * changes by cookie without the CSRF token, and keys that ask too often. Whether a caller is needed
 * at all is decided later in the chain.
 */
final class CredentialFilter extends OncePerRequestFilter {
  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");
  private static final String BEARER = "Bearer ";

  private final RequestGate gate;
  private final Credentials credentials;
  private final RateLimiter rateLimiter;
  private final ProblemWriter problems;

  CredentialFilter(
      RequestGate gate, Credentials credentials, RateLimiter rateLimiter, ProblemWriter problems) {
    this.gate = gate;
    this.credentials = credentials;
    this.rateLimiter = rateLimiter;
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Optional<Caller> caller;
    try {
      gate.check(request);
      caller = identify(request);
      caller.ifPresent(rateLimiter::check);
    } catch (ApiException e) {
      problems.write(request, response, e);
      return;
    } catch (DataAccessException e) {
      logger.error("credentials cannot be checked", e);
      problems.write(
          request,
          response,
          new ApiException(
              ProblemCode.STORE_UNAVAILABLE, "credentials cannot be checked at the moment", e));
      return;
    }
    if (caller.isEmpty()) {
      chain.doFilter(request, response);
      return;
    }
    SecurityContextHolder.getContext()
        .setAuthentication(
            UsernamePasswordAuthenticationToken.authenticated(caller.get(), null, List.of()));
    try (var _ = MDC.putCloseable("principal", caller.get().id())) {
      chain.doFilter(request, response);
    }
  }

  private Optional<Caller> identify(HttpServletRequest request) {
    String authorization = request.getHeader("Authorization");
    if (authorization != null) {
      return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
          ? credentials.ofBearer(authorization.substring(BEARER.length()).strip())
          : Optional.empty();
    }
    String session = SessionCookies.session(request);
    // Whoever opens a new login address may still have an old session, and ends it by that.
    if (session == null || request.getRequestURI().equals(WebPaths.LOGIN)) {
      return Optional.empty();
    }
    Optional<Caller> caller = credentials.ofSession(session);
    if (caller.isPresent() && !SAFE_METHODS.contains(request.getMethod())) {
      String token = request.getHeader(SessionCookies.CSRF_HEADER);
      if (token == null || !Credentials.csrfMatches(session, token)) {
        throw new ApiException(
            ProblemCode.CSRF_TOKEN_INVALID,
            "the header X-XSRF-TOKEN does not have the value of the cookie XSRF-TOKEN");
      }
    }
    return caller;
  }
}
