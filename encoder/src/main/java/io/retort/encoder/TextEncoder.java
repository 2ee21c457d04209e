package io.retort.encoder;

import io.retort.data.Embedding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Text to one unit-length vector: RETRO's frozen encoder. A vector depends on its text alone, never
 * on the texts beside it. What is longer than the model can see is cut at its end. Safe for use by
 * many threads; whoever opens an encoder closes it.
 */
public interface TextEncoder extends AutoCloseable {
  /**
   * Names weights, tokenizer, pooling, normalisation and query instruction together; equal means
   * interchangeable.
   */
  String fingerprint();

  int dimension();

  /** How many tokens a text is for the model, its own special ones included, cut or not. */
  int tokens(String text);

  /** What of a text is beyond so many tokens is not seen. */
  int maxTokens();

  /** The embedding of a chunk, with the title of its document before it. */
  Embedding encodePassage(@Nullable String title, String text);

  /** The embedding of a question, with the model's retrieval instruction before it. */
  Embedding encodeQuery(String question);

  /** Embeddings of the texts as they are, in their order. */
  List<Embedding> encode(List<String> texts);

  /** Bytes outside the heap: the weights, as large as the files that hold them. */
  long nativeBytes();

  @Override
  void close();
}
