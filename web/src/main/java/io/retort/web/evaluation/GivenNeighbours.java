package io.retort.web.evaluation;

import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import io.retort.generator.SourceText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Neighbours that come with their question instead of from an index. */
public final class GivenNeighbours {
  private GivenNeighbours() {}

  /**
   * A row's {@code neighbours}: each {@code title}, {@code text} and perhaps {@code continuation}.
   */
  public static List<Neighbour> of(int question, JsonNode row) {
    List<Neighbour> neighbours = new ArrayList<>();
    for (JsonNode given : row.path("neighbours")) {
      neighbours.add(neighbour(question, neighbours.size() + 1, given));
    }
    return neighbours;
  }

  private static Neighbour neighbour(int question, int rank, JsonNode given) {
    String document = "q%d_%d".formatted(question, rank);
    String title = given.path("title").asString("");
    Chunk chunk = chunk(new ChunkId(document, 0), title, 0, given.path("text").asString());
    Chunk following =
        given.hasNonNull("continuation")
            ? chunk(
                chunk.id().next(), title, chunk.span().end(), given.path("continuation").asString())
            : null;
    return new Neighbour(chunk, following, 1.0 / rank, rank, Neighbour.Source.BOTH);
  }

  private static Chunk chunk(ChunkId id, String title, int start, String text) {
    var span = new TextSpan(start, start + text.codePointCount(0, text.length()));
    return new Chunk(id, 1, "given", title, "", span, null, text);
  }

  /** Chunk and continuation as one text. */
  public static String text(Neighbour neighbour) {
    Chunk following = neighbour.continuation();
    return neighbour.chunk().text() + (following == null ? "" : following.text());
  }

  /** The documents that the neighbours are all of. */
  public static SourceText texts(List<Neighbour> neighbours) {
    Map<String, String> texts = new HashMap<>();
    for (Neighbour neighbour : neighbours) {
      texts.put(neighbour.chunk().id().documentId(), text(neighbour));
    }
    return (document, version, span) -> {
      String text = texts.get(document);
      return text == null ? null : span.of(text);
    };
  }
}
