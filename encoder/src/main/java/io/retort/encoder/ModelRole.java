package io.retort.encoder;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a file of a model folder is for. */
public enum ModelRole {
  RETRIEVAL_ENCODER,
  /** WordPiece of the retrieval encoder and of the neighbour encoder. */
  RETRIEVAL_TOKENIZER,
  NEIGHBOUR_MEMORY,
  /** Keys and values of the neighbours, with fp16 activations. */
  NEIGHBOUR_MEMORY_CUDA,
  DECODER,
  /** The decoder with fp16 activations, over the same weights. */
  DECODER_CUDA,
  /** External data that graphs refer to. */
  DECODER_WEIGHTS,
  DECODER_TOKENIZER;

  /** Reads the name that the manifest uses, such as {@code retrieval_encoder}. */
  static ModelRole parse(String name) {
    for (ModelRole role : values()) {
      if (role.manifestName().equals(name)) {
        return role;
      }
    }
    throw new IllegalArgumentException(
        "unknown role '%s'; known: %s"
            .formatted(
                name,
                Arrays.stream(values())
                    .map(ModelRole::manifestName)
                    .collect(Collectors.joining(", "))));
  }

  /** The name that the manifest uses. */
  public String manifestName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
