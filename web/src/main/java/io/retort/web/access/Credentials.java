package io.retort.web.access;

import io.retort.data.store.AccessStore;
import io.retort.data.store.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/** Tells who holds a secret. Safe for use by many threads. */
public final class Credentials {
  private static final int LONGEST_SECRET = 200;

  private final AccessStore store;
  private final LocalCredential local;

  public Credentials(AccessStore store, LocalCredential local) {
    this.store = store;
    this.local = local;
  }

  Optional<Caller> ofBearer(String text) {
    if (text.length() > LONGEST_SECRET || !text.startsWith("rt_")) {
      return Optional.empty();
    }
    Secret secret = Secret.presented(text);
    if (local.opens(secret)) {
      return Optional.of(local.caller());
    }
    return store.usableKey(secret).map(key -> new Caller(key.id(), key.grant()));
  }

  Optional<Caller> ofSession(String text) {
    if (text.length() > LONGEST_SECRET) {
      return Optional.empty();
    }
    return store
        .session(Secret.presented(text))
        .map(grant -> new Caller("user:" + grant.name(), grant));
  }

  /**
   * The CSRF token that belongs to a session: derived from it, so that nobody who can plant a
   * cookie can plant a matching pair.
   */
  static String csrfToken(String session) {
    return Secret.presented("csrf:" + session).sha256();
  }

  static boolean csrfMatches(String session, String token) {
    return MessageDigest.isEqual(
        csrfToken(session).getBytes(StandardCharsets.UTF_8),
        token.getBytes(StandardCharsets.UTF_8));
  }
}
