package io.retort.data;

import java.util.Map;
import java.util.Set;

/**
 * The searcher face of a chunk index, and the only way to it: each search is confined to the
 * caller's collections inside the engine's queries. Sees committed chunks only. Safe for use by
 * many threads; whoever opens a searcher closes it.
 */
public interface ScopedSearcher extends AutoCloseable {
  /**
   * Dense and lexical candidates inside {@code scope}.
   *
   * @throws SearchTimeoutException if the limits ran out; a timed-out search is no result, never a
   *     shorter one
   */
  Candidates search(CandidateQuery query, AccessScope scope, RequestLimits limits);

  /** The chunks with these ids, inside {@code scope}, by id; ids that do not exist are left out. */
  Map<ChunkId, Chunk> chunks(Set<ChunkId> ids, AccessScope scope);

  /** Chunks of {@code collection} in the committed index. */
  long countChunks(String collection);

  IndexManifest manifest();

  @Override
  void close();
}
