package io.retort.web.rooms;

import static java.util.Objects.requireNonNull;

import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.TextEncoder;

/**
 * What ingestion and search need of the models. Closing it closes them.
 *
 * @param tokenizer cuts texts into chunks
 * @param name of the encoder, for people
 * @param afterwards closes what the encoder rests on
 */
public record RetrievalModels(
    TextEncoder encoder,
    DecoderTokenizer tokenizer,
    int chunkLength,
    String name,
    Runnable afterwards)
    implements AutoCloseable {
  public RetrievalModels {
    requireNonNull(encoder, "encoder");
    requireNonNull(tokenizer, "tokenizer");
    requireNonNull(name, "name");
    requireNonNull(afterwards, "afterwards");
  }

  @Override
  public void close() {
    encoder.close();
    tokenizer.close();
    afterwards.run();
  }
}
