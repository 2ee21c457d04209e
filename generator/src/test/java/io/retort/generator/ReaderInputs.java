package io.retort.generator;

import io.retort.data.Neighbour;
import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.ModelConfig;
import io.retort.encoder.WordPieceTokenizer;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Opens to the tests of the graphs what is made before and after them. */
public final class ReaderInputs {
  private ReaderInputs() {}

  /** The inputs of a parity record's neighbours. */
  public static List<ReaderInput> of(
      DecoderTokenizer tokenizer,
      WordPieceTokenizer wordPieces,
      ModelConfig config,
      JsonNode record,
      List<Neighbour> neighbours) {
    String style = config.prompt().styles().get(record.path("style").asString());
    int[] asked = ReaderInput.asked(wordPieces, style, record.path("question").asString());
    return neighbours.stream()
        .map(
            neighbour -> {
              var text = NeighbourText.of(neighbour, tokenizer, config.retrievedLength());
              String title = neighbour.chunk().title();
              return ReaderInput.of(wordPieces, asked, title, text.codePoints(), text.tokens());
            })
        .toList();
  }

  public static float[] salience(List<RetroModel.Slab> slabs) {
    return Salience.of(slabs).values();
  }
}
