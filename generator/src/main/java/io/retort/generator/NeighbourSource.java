package io.retort.generator;

import static java.util.Objects.requireNonNull;

import io.retort.data.Neighbour;
import java.util.List;

/**
 * Where the generator asks for neighbours: once for the question, and again for every chunk that it
 * finishes. Whoever makes a source has bound it to one request: to the caller's scope, filters and
 * k, and to the request's deadline and cancel signal. The generator can name none of them.
 */
@FunctionalInterface
public interface NeighbourSource {
  /**
   * The neighbours for {@code query}, best first, ranks from 1.
   *
   * @throws io.retort.data.SearchTimeoutException if the request's limits ran out
   */
  List<Neighbour> neighbours(Query query);

  /**
   * What a chunk asks with.
   *
   * @param history earlier turns, oldest first; they belong to the question's query alone, since a
   *     chunk says by itself what it is about
   * @param generatedChunk the text of the chunk that was just finished, empty for the question
   * @param chunkIndex 0 for the question, u for the query that generated chunk u − 1 asks
   */
  record Query(List<Turn> history, String question, String generatedChunk, int chunkIndex) {
    public Query {
      history = List.copyOf(history);
      requireNonNull(question, "question");
      requireNonNull(generatedChunk, "generatedChunk");
      if (chunkIndex < 0) {
        throw new IllegalArgumentException("chunkIndex must not be negative: " + chunkIndex);
      }
    }

    /** All of it as one text to search for. */
    public String text() {
      var text = new StringBuilder();
      for (Turn turn : history) {
        text.append(turn.text()).append(' ');
      }
      text.append(question);
      if (!generatedChunk.isBlank()) {
        text.append(' ').append(generatedChunk.strip());
      }
      return text.toString();
    }
  }
}
