package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

import io.retort.data.Chunk;
import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import org.jspecify.annotations.Nullable;

/**
 * A neighbour as it was read: chunk and continuation as one text, [N, F].
 *
 * @param path of its document, null where it has none or it may not be known
 * @param span of chunk and continuation in the document
 */
public record ReadNeighbour(
    String chunkId, String documentId, @Nullable String path, TextSpan span, String text) {
  public ReadNeighbour {
    requireNonNull(chunkId, "chunkId");
    requireNonNull(documentId, "documentId");
    requireNonNull(span, "span");
    requireNonNull(text, "text");
  }

  static ReadNeighbour of(Neighbour neighbour) {
    Chunk chunk = neighbour.chunk();
    Chunk continuation = neighbour.continuation();
    int end = continuation == null ? chunk.span().end() : continuation.span().end();
    return new ReadNeighbour(
        chunk.id().toString(),
        chunk.id().documentId(),
        null,
        new TextSpan(chunk.span().start(), end),
        GivenNeighbours.text(neighbour));
  }

  /** What stands in {@code place} of the document, null if this does not hold all of it. */
  public @Nullable String at(TextSpan place) {
    return place.start() >= span.start() && place.end() <= span.end()
        ? new TextSpan(place.start() - span.start(), place.end() - span.start()).of(text)
        : null;
  }
}
