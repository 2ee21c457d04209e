package io.retort.web.access;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * A bucket of requests for each principal, refilled evenly over a minute. Counts in {@code
 * nanoTime}, so a changed clock neither opens nor closes it. Safe for use by many threads.
 */
public final class RateLimiter {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int FORGET_ABOVE = 10_000;

  private final int perMinute;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<String, Bucket> buckets = new ConcurrentHashMap<>();

  public RateLimiter(int perMinute, LongSupplier nanoTime) {
    this.perMinute = perMinute;
    this.nanoTime = nanoTime;
  }

  private record Bucket(double tokens, long at) {}

  /** Takes one request of a key, or refuses it. People and the owner of the process are free. */
  public void check(Caller caller) {
    if (caller.isKey()) {
      Duration wait = take(caller.id());
      if (!wait.isZero()) {
        throw ApiException.retryAfter(
            ProblemCode.RATE_LIMITED, "this key has used up its requests of this minute", wait);
      }
    }
  }

  /** Takes one request; zero if it may go on, else how long until the next one may. */
  Duration take(String principal) {
    long now = nanoTime.getAsLong();
    if (buckets.size() > FORGET_ABOVE) {
      buckets.values().removeIf(bucket -> now - bucket.at >= MINUTE);
    }
    var wait = new long[1];
    buckets.compute(
        principal,
        (p, before) -> {
          double tokens =
              before == null
                  ? perMinute
                  : Math.min(
                      perMinute, before.tokens + (double) (now - before.at) * perMinute / MINUTE);
          if (tokens >= 1) {
            return new Bucket(tokens - 1, now);
          }
          wait[0] = (long) Math.ceil((1 - tokens) * MINUTE / perMinute);
          return new Bucket(tokens, now);
        });
    return Duration.ofNanos(wait[0]);
  }
}
