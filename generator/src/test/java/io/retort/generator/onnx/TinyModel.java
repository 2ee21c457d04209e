package io.retort.generator.onnx;

import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.Device;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.WordPieceTokenizer;
import io.retort.encoder.onnx.OnnxSessions;
import io.retort.encoder.tokenizers.DjlDecoderTokenizer;
import io.retort.encoder.tokenizers.DjlWordPieceTokenizer;
import io.retort.generator.GeneratorOptions;
import io.retort.generator.RetroGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The seeded model of {@code training/export_onnx.py --tiny}: small, untrained, and of the same
 * signature as the real one.
 */
final class TinyModel implements AutoCloseable {
  static final Path FOLDER = Path.of("src/test/resources/tiny-model");

  final ModelDirectory models;
  final DecoderTokenizer tokenizer;
  final WordPieceTokenizer wordPieces;
  final OnnxRetroModel graphs;

  private TinyModel(ModelDirectory models) {
    this.models = models;
    tokenizer = DjlDecoderTokenizer.open(models);
    wordPieces = DjlWordPieceTokenizer.open(models);
    graphs = OnnxRetroModel.open(models, new OnnxSessions(models, Device.CPU, false));
  }

  static TinyModel open() {
    return new TinyModel(ModelDirectory.open(FOLDER));
  }

  /** A generator that leaves nothing unanswered; it closes the graphs. */
  RetroGenerator generator(int slots) {
    return new RetroGenerator(
        graphs, tokenizer, wordPieces, models.config(), new GeneratorOptions(slots, 2, 0.0, 0.0));
  }

  /** What PyTorch computed with the same weights. */
  static List<JsonNode> parityRecords() {
    try {
      JsonNode root =
          JsonMapper.builder().build().readTree(Files.readAllBytes(FOLDER.resolve("parity.json")));
      List<JsonNode> records = new ArrayList<>();
      root.path("records").forEach(records::add);
      return records;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Neighbour> neighbours(JsonNode record) {
    List<Neighbour> neighbours = new ArrayList<>();
    for (JsonNode neighbour : record.path("neighbours")) {
      int rank = neighbours.size() + 1;
      String text = neighbour.path("text").asString();
      var chunk =
          new Chunk(
              new ChunkId("doc" + rank, 0),
              1,
              "c",
              neighbour.path("title").asString(),
              "",
              new TextSpan(0, text.codePointCount(0, text.length())),
              null,
              text);
      neighbours.add(new Neighbour(chunk, null, 1.0 / rank, rank, Neighbour.Source.BOTH));
    }
    return neighbours;
  }

  static int[] ints(JsonNode list) {
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).asInt();
    }
    return values;
  }

  @Override
  public void close() {
    graphs.close();
    wordPieces.close();
    tokenizer.close();
  }
}
