package io.retort.web.access;

import io.retort.data.AccessScope;
import java.util.Set;
import java.util.function.Supplier;

/** Turns a caller into the collections that they see, from the server's own record alone. */
public final class AccessScopes {
  private final Supplier<Set<String>> allCollections;

  /** {@code allCollections} is asked at each use, so that a scope never names a deleted one. */
  public AccessScopes(Supplier<Set<String>> allCollections) {
    this.allCollections = allCollections;
  }

  public AccessScope of(Caller caller) {
    return new AccessScope(
        caller.id(), caller.seesAll() ? allCollections.get() : caller.grant().collections());
  }
}
