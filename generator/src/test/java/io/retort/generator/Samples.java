package io.retort.generator;

import io.retort.data.CancelSignal;
import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Deadline;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.data.TextSpan;
import io.retort.encoder.ModelConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Documents, neighbours and settings that tests share. */
final class Samples {
  static final String LEAVE =
      "Leave policy 🌴\n\nEmployees may carry over up to five unused leave days into the next year."
          + " Carried days expire on 31 March.\n";

  private Samples() {}

  static Chunk chunk(String document, int ordinal, int start, String text) {
    return new Chunk(
        new ChunkId(document, ordinal),
        1,
        "handbook",
        document,
        "",
        new TextSpan(start, start + text.codePointCount(0, text.length())),
        null,
        text);
  }

  /** Neighbours that are whole documents, best first, named after their place. */
  static List<Neighbour> neighbours(String... texts) {
    List<Neighbour> neighbours = new ArrayList<>();
    for (String text : texts) {
      int rank = neighbours.size() + 1;
      Chunk chunk = chunk("doc" + rank, 0, 0, text);
      neighbours.add(new Neighbour(chunk, null, 1.0 / rank, rank, Neighbour.Source.BOTH));
    }
    return neighbours;
  }

  /** The texts of {@link #neighbours}. */
  static SourceText stored(List<Neighbour> neighbours) {
    return (document, version, span) ->
        neighbours.stream()
            .map(Neighbour::chunk)
            .filter(chunk -> chunk.id().documentId().equals(document))
            .filter(chunk -> chunk.version() == version)
            .map(chunk -> span.of(chunk.text()))
            .findFirst()
            .orElse(null);
  }

  static RequestLimits limits() {
    return new RequestLimits(Deadline.in(Duration.ofMinutes(5)), new CancelSignal());
  }

  /** A model of {@link WordTokenizer}'s vocabulary with chunks of four tokens. */
  static ModelConfig config(Map<String, Object> calibration) {
    return new ModelConfig(
        "words",
        4,
        40,
        new ModelConfig.Decoder(
            2, 2, 1, 4, WordTokenizer.VOCABULARY, WordTokenizer.END, List.of(1), 4, 4, 256),
        new ModelConfig.Prompt(
            "<|im_start|>user\n",
            "<|im_end|>\n<|im_start|>assistant\n",
            Map.of("short", "", "sentence", "Say:\n", "paragraph", "Tell:\n")),
        calibration);
  }
}
