package io.retort.web.search;

import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /search}: neighbours without an answer. */
@RestController
class SearchController {
  private final SearchService search;

  SearchController(SearchService search) {
    this.search = search;
  }

  @PostMapping(path = "/api/v1/search", produces = "application/json")
  @Requires(Scope.ASK)
  SearchView search(@RequestBody SearchBody body, Caller caller) throws Exception {
    return search.search(body, caller);
  }
}
