package io.retort.web.idempotency;

import io.retort.data.store.ReplyStore;
import io.retort.data.store.ReplyStore.Reply;
import io.retort.data.store.ReplyStore.Request;
import io.retort.web.access.Caller;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Gives the first response again to a repeated POST. Uploads are left to the ledger; what answers
 * with a secret is not repeated, since secrets are kept as hashes only.
 */
final class IdempotencyFilter extends OncePerRequestFilter {
  static final String HEADER = "Idempotency-Key";
  static final String REPLAYED = "Idempotency-Replayed";

  private static final Logger LOG = LoggerFactory.getLogger(IdempotencyFilter.class);
  private static final int LARGEST_REQUEST = 1 << 20;
  private static final int LARGEST_RESPONSE = 4 << 20;
  private static final String LAST_EVENT = "\nevent: done\n";

  private final ReplyStore replies;
  private final ProblemWriter problems;
  private final ConcurrentHashMap<Request, String> running = new ConcurrentHashMap<>();

  IdempotencyFilter(ReplyStore replies, ProblemWriter problems) {
    this.replies = replies;
    this.problems = problems;
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    String path = request.getRequestURI();
    return request.getHeader(HEADER) == null
        || !IdempotentCalls.covers(request.getMethod(), path)
        || IdempotentCalls.isUpload(path);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
    if (authentication == null || !(authentication.getPrincipal() instanceof Caller caller)) {
      chain.doFilter(request, response);
      return;
    }
    byte[] body = request.getInputStream().readNBytes(LARGEST_REQUEST + 1);
    try {
      if (body.length > LARGEST_REQUEST) {
        throw new ApiException(
            ProblemCode.BODY_TOO_LARGE, "a body of at most " + LARGEST_REQUEST + " bytes is taken");
      }
      once(
          new Request(caller.id(), request.getRequestURI(), key(request)),
          request,
          response,
          body,
          chain);
    } catch (ApiException e) {
      problems.write(request, response, e);
    } catch (DataAccessException e) {
      LOG.warn("responses to repeated requests cannot be looked up", e);
      problems.write(
          request,
          response,
          new ApiException(ProblemCode.STORE_UNAVAILABLE, "the store cannot be reached", e));
    }
  }

  private static String key(HttpServletRequest request) {
    String key = request.getHeader(HEADER);
    if (!key.matches("[!-~]{1,128}")) {
      throw ApiException.wrongField(
          ProblemCode.INVALID_PARAMETER,
          new FieldError(HEADER, "pattern", "must have 1 to 128 visible ASCII characters"));
    }
    return key;
  }

  private void once(
      Request first,
      HttpServletRequest request,
      HttpServletResponse response,
      byte[] body,
      FilterChain chain)
      throws ServletException, IOException {
    String sha256 = sha256(body);
    String other = running.putIfAbsent(first, sha256);
    if (other != null) {
      requireSame(other, sha256);
      throw ApiException.retryAfter(
          ProblemCode.IDEMPOTENCY_IN_PROGRESS,
          "the first request with this key is still running",
          Duration.ofSeconds(1));
    }
    try {
      Optional<Reply> kept = replies.find(first);
      if (kept.isPresent()) {
        requireSame(kept.get().requestSha256(), sha256);
        repeat(kept.get(), response);
        return;
      }
      var copied = new CopiedResponse(response, LARGEST_RESPONSE);
      chain.doFilter(new ReadBody(request, body), copied);
      keep(first, sha256, copied);
    } finally {
      running.remove(first);
    }
  }

  private static void requireSame(String kept, String sha256) {
    if (!kept.equals(sha256)) {
      throw new ApiException(
          ProblemCode.IDEMPOTENCY_KEY_REUSED, "this key was used with another body");
    }
  }

  /** Successes are kept; what was refused may go better the next time. */
  private void keep(Request request, String sha256, CopiedResponse response) {
    String body = response.body();
    if (response.getStatus() >= 300 || body == null) {
      return;
    }
    String mediaType = response.getContentType();
    if (mediaType != null && mediaType.startsWith("text/event-stream")) {
      body = lastEvent(body);
      mediaType = "text/event-stream";
      if (body == null) {
        return;
      }
    }
    try {
      replies.keep(
          request,
          new Reply(sha256, response.getStatus(), mediaType, response.getHeader("Location"), body));
    } catch (DataAccessException e) {
      LOG.warn("the response to {} could not be kept for repeats", request.route(), e);
    }
  }

  /** The done event alone; null if the stream had another end. */
  private static @Nullable String lastEvent(String stream) {
    int at = stream.lastIndexOf(LAST_EVENT);
    return at < 0 ? null : stream.substring(at + 1);
  }

  private static void repeat(Reply reply, HttpServletResponse response) throws IOException {
    response.setStatus(reply.status());
    response.setHeader(REPLAYED, "true");
    if (reply.location() != null) {
      response.setHeader("Location", reply.location());
    }
    if (reply.mediaType() != null) {
      response.setContentType(reply.mediaType());
    }
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private static String sha256(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-256", e);
    }
  }
}
