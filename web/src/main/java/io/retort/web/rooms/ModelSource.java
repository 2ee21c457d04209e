package io.retort.web.rooms;

import io.retort.generator.AnswerGenerator;

/**
 * Where the models come from. The two kinds are opened side by side, since search is of use without
 * a decoder.
 */
public interface ModelSource {
  /**
   * @throws io.retort.encoder.ModelIntegrityException if a file is not what its manifest says
   */
  RetrievalModels openRetrieval();

  /**
   * @throws io.retort.encoder.ModelIntegrityException if a file is not what its manifest says
   */
  Decoder openDecoder();

  /**
   * A generator with the names by which answers mention it.
   *
   * @param fingerprint of all model files together
   * @param closer closes the generator and what it rests on
   */
  record Decoder(AnswerGenerator generator, String name, String fingerprint, Runnable closer) {}
}
