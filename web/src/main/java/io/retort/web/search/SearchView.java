package io.retort.web.search;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result of a search as the API shows it. */
@Schema(name = "SearchResult")
public record SearchView(
    String query,
    List<NeighbourView> neighbours,
    @Nullable DegradedView degraded,
    TimingsView timings) {

  /** Why there may be fewer neighbours than match, or poorer ones. */
  @Schema(name = "SearchDegraded")
  public record DegradedView(String reason, @Nullable Long missing) {}

  @Schema(name = "SearchTimings")
  public record TimingsView(long queueMs, long encodeMs, long retrieveMs, long totalMs) {}
}
