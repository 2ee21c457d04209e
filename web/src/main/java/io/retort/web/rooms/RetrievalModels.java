package io.retort.web.rooms;

import static java.util.Objects.requireNonNull;

import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.TextEncoder;

/**
 * What ingestion and search need of the models. Whoever opened them closes them.
 *
 * @param tokenizer cuts texts into chunks
 * @param name of the encoder, for people
 */
public record RetrievalModels(
    TextEncoder encoder, DecoderTokenizer tokenizer, int chunkLength, String name)
    implements AutoCloseable {
  public RetrievalModels {
    requireNonNull(encoder, "encoder");
    requireNonNull(tokenizer, "tokenizer");
    requireNonNull(name, "name");
  }

  @Override
  public void close() {
    encoder.close();
    tokenizer.close();
  }
}
