package io.retort.web.idempotency;

import java.util.Set;

/** Which calls take an Idempotency-Key. */
public final class IdempotentCalls {
  /** Their responses have secrets, which are kept as hashes only. */
  private static final Set<String> SECRETS = Set.of("/api/v1/keys", "/api/v1/admin/logins");

  private IdempotentCalls() {}

  /** For an address or for its form in the description. */
  public static boolean covers(String method, String path) {
    return method.equals("POST") && path.startsWith("/api/v1/") && !SECRETS.contains(path);
  }

  /** The ledger itself keeps the keys of uploads. */
  static boolean isUpload(String path) {
    return path.matches("/api/v1/collections/[^/]+/documents");
  }
}
