package io.retort.web.access;

import static java.util.Objects.requireNonNull;

import io.retort.data.store.Grant;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.util.Collection;

/**
 * The authenticated principal of a request.
 *
 * @param id of the principal: {@code key_…}, {@code user:<name>} or {@code local}
 */
public record Caller(String id, Grant grant) {
  public Caller {
    requireNonNull(id, "id");
    requireNonNull(grant, "grant");
  }

  /** Whether a program called with an API key, and not a person or the owner of the process. */
  public boolean isKey() {
    return id.startsWith("key_");
  }

  public boolean may(Scope scope) {
    return isAdmin() || grant.scopes().contains(scope.word());
  }

  public boolean isAdmin() {
    return grant.scopes().contains(Scope.ADMIN.word());
  }

  /** Whether every collection is open to the caller, later ones included. */
  public boolean seesAll() {
    return isAdmin() || grant.coversAll();
  }

  /** Whether each of the collections, by its id, is open to the caller. */
  public boolean seesEach(Collection<String> collections) {
    return seesAll() || grant.collections().containsAll(collections);
  }

  public void require(Scope scope) {
    if (!may(scope)) {
      throw missing(scope);
    }
  }

  static ApiException missing(Scope scope) {
    return new ApiException(
        ProblemCode.MISSING_SCOPE, "this needs a credential with the scope '" + scope.word() + "'");
  }
}
