package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import io.retort.data.Embedding;
import io.retort.data.TextSpan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A text as it was cut and encoded: nobody has to do that again. */
public record EncodedText(List<Part> parts) {
  /** One chunk; {@code page} counts from 1, null where there are none. */
  public record Part(TextSpan span, String heading, @Nullable Integer page, Embedding embedding) {
    public Part {
      requireNonNull(span, "span");
      requireNonNull(heading, "heading");
      requireNonNull(embedding, "embedding");
    }
  }

  public EncodedText {
    parts = List.copyOf(parts);
  }
}
