package io.retort.generator;

import static java.util.Objects.requireNonNull;

import io.retort.data.ChunkId;
import io.retort.data.TextSpan;
import org.jspecify.annotations.Nullable;

/**
 * One token of an answer. The texts of an answer's tokens, joined, are the answer.
 *
 * @param index from 0 without gaps
 * @param id in the decoder's vocabulary
 * @param text never a part of a code point: empty where the code point is finished by a later token
 * @param answerSpan where {@code text} stands in the answer
 * @param logProbability natural, under the mixture of language model and copy head
 * @param copyShare 0..1, the part of the token's probability that came through the copy head
 * @param topSource the source token with most of it, null below {@link #VISIBLE_SHARE}
 */
public record TokenTrace(
    int index,
    int id,
    String text,
    TextSpan answerSpan,
    double logProbability,
    double copyShare,
    @Nullable Source topSource) {
  /** A copy share below this names no source. */
  public static final double VISIBLE_SHARE = 0.05;

  public TokenTrace {
    requireNonNull(text, "text");
    requireNonNull(answerSpan, "answerSpan");
  }

  /**
   * A place in a retrieved neighbour.
   *
   * @param chunkId the neighbour's chunk, also where the place is in its continuation
   * @param sourceSpan into the extracted text of that version
   */
  public record Source(ChunkId chunkId, int version, TextSpan sourceSpan) {
    public Source {
      requireNonNull(chunkId, "chunkId");
      requireNonNull(sourceSpan, "sourceSpan");
    }
  }
}
