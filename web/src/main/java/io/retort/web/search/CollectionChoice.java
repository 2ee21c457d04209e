package io.retort.web.search;

import io.retort.data.AccessScope;
import io.retort.data.store.CollectionSummary;
import io.retort.data.store.ScopedDocuments;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The collections that a request names, all of them inside the caller's scope. */
public record CollectionChoice(List<CollectionSummary> collections, AccessScope scope) {
  public CollectionChoice {
    collections = List.copyOf(collections);
  }

  /** Exactly one of the two names has to be given. */
  public static CollectionChoice of(
      @Nullable String collection,
      @Nullable List<String> collections,
      ScopedDocuments documents,
      AccessScope caller) {
    if ((collection == null) == (collections == null)) {
      throw ApiException.wrongField(
          ProblemCode.INVALID_PARAMETER,
          new FieldError(
              "collection", "not_allowed", "or collections must be given, exactly one of the two"));
    }
    var wanted = new LinkedHashSet<String>(collection == null ? collections : List.of(collection));
    var found = new ArrayList<CollectionSummary>();
    for (String id : wanted) {
      found.add(
          documents
              .collection(id, caller)
              .orElseThrow(
                  () ->
                      new ApiException(
                          ProblemCode.COLLECTION_NOT_FOUND, "there is no such collection")));
    }
    return new CollectionChoice(found, caller.narrowedTo(wanted));
  }
}
