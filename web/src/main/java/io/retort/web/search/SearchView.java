package io.retort.web.search;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result of a search as the API shows it. */
public record SearchView(
    String query,
    List<NeighbourView> neighbours,
    @Nullable DegradedView degraded,
    TimingsView timings) {

  /** Why there may be fewer neighbours than match, or poorer ones. */
  public record DegradedView(String reason, @Nullable Long missing) {}

  public record TimingsView(long queueMs, long encodeMs, long retrieveMs, long totalMs) {}
}
