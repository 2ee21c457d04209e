package io.retort.web.access;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;

/** The two cookies of a signed-in browser. */
public final class SessionCookies {
  public static final String SESSION = "RETORT_SESSION";

  /** Readable by our pages, which send its value back as a header. */
  public static final String CSRF = "XSRF-TOKEN";

  public static final String CSRF_HEADER = "X-XSRF-TOKEN";

  private SessionCookies() {}

  static @Nullable String session(HttpServletRequest request) {
    if (request.getCookies() != null) {
      for (Cookie cookie : request.getCookies()) {
        if (cookie.getName().equals(SESSION)) {
          return cookie.getValue();
        }
      }
    }
    return null;
  }

  static void set(
      HttpServletRequest request, HttpServletResponse response, String session, Duration lifetime) {
    add(request, response, SESSION, session, true, lifetime);
    add(request, response, CSRF, Credentials.csrfToken(session), false, lifetime);
  }

  static void clear(HttpServletRequest request, HttpServletResponse response) {
    add(request, response, SESSION, "", true, Duration.ZERO);
    add(request, response, CSRF, "", false, Duration.ZERO);
  }

  private static void add(
      HttpServletRequest request,
      HttpServletResponse response,
      String name,
      String value,
      boolean httpOnly,
      Duration lifetime) {
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        ResponseCookie.from(name, value)
            .httpOnly(httpOnly)
            .secure(request.isSecure())
            .sameSite("Strict")
            .path("/")
            .maxAge(lifetime)
            .build()
            .toString());
  }
}
