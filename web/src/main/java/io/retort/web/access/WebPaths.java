package io.retort.web.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.util.List;
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
    "/admin",
    "/swagger-ui.html"
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
      Set.of(
          "/", "/history", "/collections", "/jobs", "/evaluations", "/admin", "/swagger-ui.html");

  /** Longer addresses are forgotten on the way through the login. */
  private static final int LONGEST_PAGE = 2_000;

  private WebPaths() {}

  /**
   * The login page, which leads on to what was asked for. It takes nothing but an address of this
   * service from there, so a foreign one is never gone to.
   */
  static String loginFor(HttpServletRequest request) {
    String query = request.getQueryString();
    String page = request.getRequestURI() + (query == null ? "" : "?" + query);
    return page.equals("/") || page.length() > LONGEST_PAGE
        ? LOGIN
        : LOGIN + "?to=" + URLEncoder.encode(page, UTF_8);
  }

  /** Whether the address of an operation needs no credential. */
  public static boolean isOpen(String path) {
    return List.of(OPEN).contains(path);
  }

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
