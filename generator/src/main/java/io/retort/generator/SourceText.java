package io.retort.generator;

import io.retort.data.TextSpan;
import org.jspecify.annotations.Nullable;

/**
 * The stored extracted texts, against which every citation is checked before anybody sees it. Bound
 * to the caller's scope by whoever makes it.
 */
@FunctionalInterface
public interface SourceText {
  /**
   * The code points {@code span} of that version's extracted text, or null if the version is gone
   * or has no such span.
   */
  @Nullable String text(String documentId, int version, TextSpan span);
}
