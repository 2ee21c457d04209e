package io.retort.web.search;

import io.retort.data.CancelSignal;
import io.retort.data.Deadline;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.retriever.Retrieval;
import io.retort.retriever.RetrievalRequest;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.rooms.Rooms;
import io.retort.web.settings.RetortSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /search}: neighbours without an answer. */
@RestController
class SearchController {
  private static final int DEFAULT_K = 10;
  private static final long DEFAULT_TIMEOUT_MS = 120_000;

  private final Rooms rooms;
  private final AccessScopes scopes;
  private final RetortSettings.Retrieval settings;
  private final Gate gate;

  SearchController(Rooms rooms, AccessScopes scopes, RetortSettings settings) {
    this.rooms = rooms;
    this.scopes = scopes;
    this.settings = settings.retrieval();
    this.gate = new Gate("search", 2 * Runtime.getRuntime().availableProcessors(), 32);
  }

  record Response(
      String query,
      List<NeighbourView> neighbours,
      @Nullable DegradedView degraded,
      TimingsView timings) {}

  record DegradedView(String reason, @Nullable Long missing) {}

  record TimingsView(long queueMs, long encodeMs, long retrieveMs, long totalMs) {}

  @PostMapping(path = "/api/v1/search", produces = "application/json")
  @Requires(Scope.ASK)
  Response search(@RequestBody SearchBody body, Caller caller) throws Exception {
    long start = System.nanoTime();
    boolean raw = body.includes(SearchBody.Include.RAW_SCORES);
    if (raw) {
      caller.require(Scope.ADMIN);
    }
    var choice =
        CollectionChoice.of(
            body.collection(), body.collections(), rooms.documents(), scopes.of(caller));
    int k = body.k() == null ? DEFAULT_K : body.k();
    var request =
        new RetrievalRequest(
            body.query(),
            k,
            body.mode() == null ? settings.searchMode() : body.mode(),
            FilterReader.read(body.filters(), choice.collections()),
            settings.candidates(),
            k);
    long timeoutMs = body.timeoutMs() == null ? DEFAULT_TIMEOUT_MS : body.timeoutMs();
    var limits = new RequestLimits(Deadline.in(Duration.ofMillis(timeoutMs)), new CancelSignal());
    Gate.Passed<Retrieval> passed =
        gate.pass(
            limits.deadline().remaining(),
            () -> rooms.retriever().retrieve(request, choice.scope(), limits));
    return response(body, passed, raw, start);
  }

  private static Response response(
      SearchBody body, Gate.Passed<Retrieval> passed, boolean raw, long start) {
    Retrieval retrieval = passed.result();
    var neighbours = new ArrayList<NeighbourView>();
    for (Neighbour neighbour : retrieval.neighbours()) {
      neighbours.add(
          NeighbourView.of(
              neighbour,
              true,
              body.includes(SearchBody.Include.CONTINUATION_TEXT),
              raw ? retrieval.rawScores().get(neighbour.chunk().id()) : null));
    }
    Retrieval.Degraded degraded = retrieval.degraded();
    return new Response(
        body.query(),
        neighbours,
        degraded == null
            ? null
            : new DegradedView(
                degraded.reason().name().toLowerCase(Locale.ROOT), degraded.missing()),
        new TimingsView(
            passed.waited().toMillis(),
            retrieval.timings().encode().toMillis(),
            retrieval.timings().retrieve().toMillis(),
            Duration.ofNanos(System.nanoTime() - start).toMillis()));
  }
}
