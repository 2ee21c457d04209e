package io.retort.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Neighbours, best first. */
public record SearchResult(
    String query, List<Neighbour> neighbours, @Nullable Degraded degraded, Timings timings) {

  public record Timings(long queueMs, long encodeMs, long retrieveMs, long totalMs) {}
}
