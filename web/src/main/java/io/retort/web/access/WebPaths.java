package io.retort.web.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;

/** Which paths exist, by who may come near. */
public final class WebPaths {
  /** Addresses of the web pages: without a session they lead to {@code /login}. */
  public static final String[] PAGES = {
    "/",
    "/history",
    "/collections",
    "/collections/*",
    "/documents/*",
    "/jobs",
    "/evaluations",
    "/evaluations/*",
    "/admin"
  };

  static final String LOGIN = "/login";

  static final String[] OPEN = {
    LOGIN,
    "/health",
    "/actuator/health/liveness",
    "/actuator/health/readiness",
    "/problems/*",
    "/docs",
    "/docs/**",
    "/assets/**",
    "/webjars/**",
    "/favicon.ico",
    "/favicon.svg"
  };

  static final String[] NEEDING_CREDENTIAL = {
    "/logout",
    "/api/**",
    "/v1/**",
    "/mcp",
    "/v3/api-docs",
    "/v3/api-docs.yaml",
    "/actuator/health",
    "/actuator/health/ingest",
    "/actuator/info"
  };

  /** For administrators alone. */
  static final String METRICS = "/actuator/prometheus";

  private static final Set<String> WHOLE =
      Set.of("/", "/history", "/collections", "/jobs", "/evaluations", "/admin");

  private WebPaths() {}

  static boolean isPage(HttpServletRequest request) {
    String path = request.getRequestURI();
    boolean page =
        WHOLE.contains(path)
            || path.matches("/collections/[^/]+")
            || path.matches("/documents/[^/]+")
            || path.matches("/evaluations/[^/]+");
    return page && (request.getMethod().equals("GET") || request.getMethod().equals("HEAD"));
  }
}
