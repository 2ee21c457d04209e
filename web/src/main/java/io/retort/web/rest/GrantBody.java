package io.retort.web.rest;

import io.retort.data.AccessScope;
import io.retort.data.store.Grant;
import io.retort.web.access.Scope;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Scopes and collections of a new credential, as requests write them. */
final class GrantBody {
  private GrantBody() {}

  /** {@code existing} are the collections that there are. */
  static Grant read(
      String name, List<Scope> scopes, List<String> collections, AccessScope existing) {
    var errors = new ArrayList<FieldError>();
    boolean all = collections.equals(List.of(Grant.ALL));
    for (int i = 0; i < collections.size() && !all; i++) {
      if (!existing.sees(collections.get(i))) {
        errors.add(
            new FieldError(
                "collections[" + i + "]",
                "not_allowed",
                "must be the id of a collection, or '*' alone for all",
                collections.get(i)));
      }
    }
    if (!errors.isEmpty()) {
      throw ApiException.wrongFields(ProblemCode.INVALID_PARAMETER, errors);
    }
    return new Grant(
        name,
        scopes.stream().map(Scope::word).collect(Collectors.toSet()),
        Set.copyOf(collections));
  }
}
