package io.retort.web.access;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a browser could be tricked into sending: requests under a foreign host name (DNS
 * rebinding) and requests from pages of another origin.
 */
final class RequestGate {
  private final Set<String> hosts = new HashSet<>();
  private final @Nullable String publicAuthority;

  RequestGate(List<String> allowedHosts, @Nullable String publicUrl) {
    allowedHosts.forEach(host -> hosts.add(bare(host)));
    if (publicUrl == null) {
      publicAuthority = null;
    } else {
      publicAuthority = URI.create(publicUrl).getAuthority().toLowerCase(Locale.ROOT);
      hosts.add(withoutPort(publicAuthority));
    }
  }

  void check(HttpServletRequest request) {
    String host = request.getHeader("Host");
    if (host == null || !hosts.contains(withoutPort(host.toLowerCase(Locale.ROOT)))) {
      throw new ApiException(
          ProblemCode.HOST_NOT_ALLOWED,
          "the Host header names no host that this service answers to");
    }
    String origin = request.getHeader("Origin");
    if (origin != null && !isOwn(origin, host)) {
      throw new ApiException(
          ProblemCode.ORIGIN_NOT_ALLOWED, "the request comes from a page of another origin");
    }
  }

  private boolean isOwn(String origin, String host) {
    int scheme = origin.indexOf("://");
    if (scheme < 0) {
      return false;
    }
    String authority = origin.substring(scheme + 3).toLowerCase(Locale.ROOT);
    return authority.equals(host.toLowerCase(Locale.ROOT)) || authority.equals(publicAuthority);
  }

  private static String withoutPort(String authority) {
    int colon = authority.lastIndexOf(':');
    boolean port = colon > 0 && authority.indexOf(']') < colon;
    return bare(
        port && authority.indexOf(':') == colon || authority.startsWith("[") && port
            ? authority.substring(0, colon)
            : authority);
  }

  private static String bare(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.startsWith("[") && lower.endsWith("]")
        ? lower.substring(1, lower.length() - 1)
        : lower;
  }
}
