package io.retort.encoder;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * How the model of a folder is to be run, as its manifest says.
 *
 * @param chunkLength RETRO's m, in decoder tokens
 * @param retrievedLength the longest neighbour with continuation, in decoder tokens
 * @param calibration measured values by name, as plain JSON: Map, List, String, Number, Boolean
 */
public record ModelConfig(
    String name,
    int chunkLength,
    int retrievedLength,
    Decoder decoder,
    Prompt prompt,
    Map<String, Object> calibration) {
  public ModelConfig {
    requireNonNull(name, "name");
    requireNonNull(decoder, "decoder");
    requireNonNull(prompt, "prompt");
    calibration = Map.copyOf(calibration);
    requirePositive(chunkLength, "chunk_length");
    requirePositive(retrievedLength, "retrieved_length");
  }

  /**
   * The decoder's shape.
   *
   * @param ccaLayers the layers with chunked cross-attention, counted from 1
   * @param copyDim width of the copy head's keys
   * @param copyContinuation nats that the copy head's attention gains at the place after the one
   *     that the last token was copied from
   * @param maxPositions the longest sequence
   */
  public record Decoder(
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      int vocabulary,
      int endToken,
      List<Integer> ccaLayers,
      int copyDim,
      double copyContinuation,
      int maxPositions) {
    public Decoder {
      requirePositive(layers, "decoder.layers");
      requirePositive(heads, "decoder.heads");
      requirePositive(kvHeads, "decoder.kv_heads");
      requirePositive(headDim, "decoder.head_dim");
      requirePositive(vocabulary, "decoder.vocabulary");
      requirePositive(copyDim, "decoder.copy_dim");
      requirePositive(maxPositions, "decoder.max_positions");
      if (!(copyContinuation >= 0 && copyContinuation <= 20)) {
        throw new IllegalArgumentException(
            "decoder.copy_continuation must lie in 0..20: " + copyContinuation);
      }
      if (heads % kvHeads != 0) {
        throw new IllegalArgumentException(
            "decoder.heads %d is not a multiple of decoder.kv_heads %d".formatted(heads, kvHeads));
      }
      if (endToken < 0 || endToken >= vocabulary) {
        throw new IllegalArgumentException(
            "decoder.end_token %d is outside the vocabulary of %d".formatted(endToken, vocabulary));
      }
      ccaLayers = List.copyOf(ccaLayers);
      int previous = 0;
      for (int layer : ccaLayers) {
        if (layer <= previous || layer > layers) {
          throw new IllegalArgumentException(
              "decoder.cca_layers must rise within 1..%d: %s".formatted(layers, ccaLayers));
        }
        previous = layer;
      }
    }
  }

  /**
   * What stands around a question, special tokens included, and the sentence that asks for a style.
   *
   * @param styles by the style's name; empty for the style that the model takes without being asked
   */
  public record Prompt(String prefix, String suffix, Map<String, String> styles) {
    public Prompt {
      requireNonNull(prefix, "prompt.prefix");
      requireNonNull(suffix, "prompt.suffix");
      styles = Map.copyOf(styles);
    }
  }

  private static void requirePositive(int value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be positive: " + value);
    }
  }
}
