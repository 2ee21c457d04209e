package io.retort.web.access;

import io.retort.data.store.Grant;
import io.retort.data.store.Secret;
import java.util.Set;

/**
 * The credential of whoever may read the data directory: a token of this run of the process, kept
 * in a file that only its owner can read. It opens everything.
 */
public final class LocalCredential {
  private static final Caller CALLER =
      new Caller("local", new Grant("local", Set.of(Scope.ADMIN.word()), Set.of(Grant.ALL)));

  private final Secret secret;
  private final String sha256;

  public LocalCredential() {
    this.secret = Secret.create("rt_local_");
    this.sha256 = secret.sha256();
  }

  public Secret secret() {
    return secret;
  }

  boolean opens(Secret presented) {
    return presented.matches(sha256);
  }

  Caller caller() {
    return CALLER;
  }
}
