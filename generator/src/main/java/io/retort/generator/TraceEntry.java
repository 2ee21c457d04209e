package io.retort.generator;

import static java.util.Objects.requireNonNull;

import io.retort.data.Neighbour;
import java.util.List;

/**
 * The neighbours that one generated chunk attended to: every token of generated chunk {@code
 * chunkIndex} was predicted from them.
 *
 * @param query what was searched for
 * @param frozen the former entry's neighbours were kept, without a search
 */
public record TraceEntry(int chunkIndex, String query, boolean frozen, List<Neighbour> neighbours) {
  public TraceEntry {
    requireNonNull(query, "query");
    neighbours = List.copyOf(neighbours);
  }
}
