package io.retort.generator;

import static java.util.Objects.requireNonNull;

import io.retort.data.Chunk;
import io.retort.data.TextSpan;
import org.jspecify.annotations.Nullable;

/**
 * Words of an answer and the place they were copied from. The quote was compared with the stored
 * text before the citation came to be.
 *
 * @param id from 1, in order of {@code answerSpan}
 * @param chunk the neighbour's chunk, which the trace names; the place may be in its continuation
 * @param page of the place, null where the format has no pages
 * @param sourceSpan into the extracted text of {@code chunk.version()}
 * @param answerSpan into the answer, never empty
 * @param quote the source text of {@code sourceSpan}, 1..{@link #MAX_QUOTE} code points
 * @param score 0..1, this neighbour's share of all the copy mass of {@code answerSpan}
 */
public record Citation(
    int id,
    Chunk chunk,
    @Nullable Integer page,
    TextSpan sourceSpan,
    TextSpan answerSpan,
    String quote,
    double score) {
  /** The longest quote, in code points. */
  public static final int MAX_QUOTE = 500;

  public Citation {
    requireNonNull(chunk, "chunk");
    requireNonNull(sourceSpan, "sourceSpan");
    requireNonNull(quote, "quote");
    if (id < 1) {
      throw new IllegalArgumentException("citations count from 1: " + id);
    }
    if (answerSpan.length() == 0) {
      throw new IllegalArgumentException("a citation stands for words of the answer");
    }
  }
}
