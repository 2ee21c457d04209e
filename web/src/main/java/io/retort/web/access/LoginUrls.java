package io.retort.web.access;

import io.retort.data.store.AccessStore;
import io.retort.data.store.Grant;
import java.time.Duration;
import java.util.Set;

/** Makes one-time login addresses. */
public final class LoginUrls {
  private final AccessStore access;

  public LoginUrls(AccessStore access) {
    this.access = access;
  }

  /**
   * @param base scheme, host and port of the service
   */
  public String create(String base, Grant grant, Duration lifetime) {
    return base.replaceAll("/+$", "")
        + "/login#token="
        + access.createLoginToken(grant, lifetime).reveal();
  }

  /** The grant of whoever started the service: everything. */
  public static Grant owner() {
    return new Grant("owner", Set.of(Scope.ADMIN.word()), Set.of(Grant.ALL));
  }
}
