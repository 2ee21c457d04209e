package io.retort.web.search;

import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /search}: neighbours without an answer. */
@RestController
@Tag(name = "Search")
class SearchController {
  private final SearchService search;

  SearchController(SearchService search) {
    this.search = search;
  }

  @PostMapping(path = "/api/v1/search", produces = "application/json")
  @Operation(operationId = "search", summary = "Search without an answer")
  @Refuses({
    ProblemCode.COLLECTION_NOT_FOUND,
    ProblemCode.INVALID_FILTER,
    ProblemCode.UNKNOWN_FILTER_FIELD,
    ProblemCode.OVERLOADED,
    ProblemCode.MODELS_LOADING,
    ProblemCode.MODEL_UNAVAILABLE,
    ProblemCode.INDEX_DEGRADED,
    ProblemCode.DEADLINE_EXCEEDED
  })
  @Requires(Scope.ASK)
  SearchView search(@RequestBody SearchBody body, Caller caller) throws Exception {
    return search.search(body, caller);
  }
}
