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

  private final boolean secure;

  /** For people who come by https, through a reverse proxy, the cookies go by nothing else. */
  SessionCookies(@Nullable String publicUrl) {
    this.secure = publicUrl != null && publicUrl.startsWith("https:");
  }

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

  void set(HttpServletResponse response, String session, Duration lifetime) {
    add(response, SESSION, session, true, lifetime);
    add(response, CSRF, Credentials.csrfToken(session), false, lifetime);
  }

  void clear(HttpServletResponse response) {
    add(response, SESSION, "", true, Duration.ZERO);
    add(response, CSRF, "", false, Duration.ZERO);
  }

  private void add(
      HttpServletResponse response,
      String name,
      String value,
      boolean httpOnly,
      Duration lifetime) {
    response.addHeader(
        HttpHeaders.SET_COOKIE,
        ResponseCookie.from(name, value)
            .httpOnly(httpOnly)
            .secure(secure)
            .sameSite("Strict")
            .path("/")
            .maxAge(lifetime)
            .build()
            .toString());
  }
}
