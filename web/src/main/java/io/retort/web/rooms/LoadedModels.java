package io.retort.web.rooms;

import static java.util.Objects.requireNonNull;

import io.retort.encoder.TextEncoder;
import io.retort.generator.AnswerGenerator;

/**
 * The models that are in use, under the names by which answers mention them.
 *
 * @param fingerprint of all model files together
 */
public record LoadedModels(
    TextEncoder encoder,
    AnswerGenerator generator,
    String decoderName,
    String encoderName,
    String fingerprint,
    int chunkLength) {
  public LoadedModels {
    requireNonNull(encoder, "encoder");
    requireNonNull(generator, "generator");
    requireNonNull(decoderName, "decoderName");
    requireNonNull(encoderName, "encoderName");
    requireNonNull(fingerprint, "fingerprint");
  }
}
