package io.retort.data.store;

import static java.util.Objects.requireNonNull;

/**
 * Makes repeats of a request one job.
 *
 * @param requestSha256 of everything that the request says, so that a key used for another one is
 *     noticed
 */
public record RequestKey(String principal, String key, String requestSha256) {
  public RequestKey {
    requireNonNull(principal, "principal");
    requireNonNull(key, "key");
    requireNonNull(requestSha256, "requestSha256");
  }
}
