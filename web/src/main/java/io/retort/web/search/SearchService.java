package io.retort.web.search;

import io.retort.data.CancelSignal;
import io.retort.data.Deadline;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.retriever.Reranker;
import io.retort.retriever.Retrieval;
import io.retort.retriever.RetrievalRequest;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.access.Scope;
import io.retort.web.rooms.Rooms;
import io.retort.web.settings.RetortSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import org.springframework.stereotype.Component;

/** Searches for whoever asks, as many at once as there is room for. */
@Component
public final class SearchService {
  private static final int DEFAULT_K = 10;
  private static final long DEFAULT_TIMEOUT_MS = 120_000;

  private final Rooms rooms;
  private final AccessScopes scopes;
  private final RetortSettings.Retrieval settings;
  private final Gate gate;

  SearchService(Rooms rooms, AccessScopes scopes, RetortSettings settings, Gates gates) {
    this.rooms = rooms;
    this.scopes = scopes;
    this.settings = settings.retrieval();
    this.gate =
        gates.open("search", "a search", 2 * Runtime.getRuntime().availableProcessors(), 32);
  }

  /** Everything about the request that can be wrong is found before any work. */
  public SearchView search(SearchBody body, Caller caller) throws Exception {
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
    boolean rerank = body.rerank() == null ? settings.rerank() : body.rerank();
    Gate.Passed<Retrieval> passed =
        gate.pass(
            caller,
            limits.deadline().remaining(),
            () ->
                rerank
                    ? new Reranker(rooms.retriever(), rooms.models().generator()::relevance)
                        .retrieve(request, request.query(), choice.scope(), limits)
                    : rooms.retriever().retrieve(request, choice.scope(), limits));
    return view(body, passed, rerank, raw, start);
  }

  private static SearchView view(
      SearchBody body, Gate.Passed<Retrieval> passed, boolean rerank, boolean raw, long start) {
    Retrieval retrieval = passed.result();
    var neighbours = new ArrayList<NeighbourView>();
    for (Neighbour neighbour : retrieval.neighbours()) {
      neighbours.add(
          NeighbourView.of(
              neighbour,
              rerank,
              true,
              body.includes(SearchBody.Include.CONTINUATION_TEXT),
              raw ? retrieval.rawScores().get(neighbour.chunk().id()) : null));
    }
    Retrieval.Degraded degraded = retrieval.degraded();
    return new SearchView(
        body.query(),
        neighbours,
        degraded == null
            ? null
            : new SearchView.DegradedView(
                degraded.reason().name().toLowerCase(Locale.ROOT), degraded.missing()),
        new SearchView.TimingsView(
            passed.waited().toMillis(),
            retrieval.timings().encode().toMillis(),
            retrieval.timings().retrieve().plus(retrieval.timings().rerank()).toMillis(),
            Duration.ofNanos(System.nanoTime() - start).toMillis()));
  }
}
