package io.retort.retriever;

import io.retort.data.SearchMode;

/** A search needs an embedding of its query, and no encoder is loaded. */
public final class EncoderMissingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EncoderMissingException(SearchMode mode) {
    super(
        "%s search needs the retrieval encoder, and none is loaded; lexical search works"
            .formatted(mode.name().toLowerCase(java.util.Locale.ROOT)));
  }
}
