package io.retort.generator;

import static java.util.Objects.requireNonNull;

import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole result of one request.
 *
 * @param text null exactly when {@code reason} is not; empty only if the request was cancelled
 *     first
 * @param confidence 0..1, the calibrated probability that the answer is right
 * @param evidence what {@code confidence} was made of, of the least certain sentence
 * @param citations in order of their place in the answer
 * @param unsupported the sentences without a citation
 * @param trace entry u served generated chunk u; empty only if the request was cancelled before
 *     retrieval
 * @param tokens the answer's tokens, empty if there is no answer
 * @param refused citations that were dropped before anybody saw them
 */
public record GeneratedAnswer(
    @Nullable String text,
    @Nullable AbstentionReason reason,
    double confidence,
    ConfidenceEvidence evidence,
    FinishReason finishReason,
    List<Citation> citations,
    List<TextSpan> unsupported,
    List<TraceEntry> trace,
    List<TokenTrace> tokens,
    Refused refused,
    Usage usage,
    Timings timings) {
  public GeneratedAnswer {
    requireNonNull(evidence, "evidence");
    requireNonNull(finishReason, "finishReason");
    requireNonNull(refused, "refused");
    requireNonNull(usage, "usage");
    requireNonNull(timings, "timings");
    citations = List.copyOf(citations);
    unsupported = List.copyOf(unsupported);
    trace = List.copyOf(trace);
    tokens = List.copyOf(tokens);
    if ((text == null) != (reason != null)) {
      throw new IllegalArgumentException("an answer has a text or a reason why not");
    }
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("confidence must be in [0, 1]: " + confidence);
    }
  }

  public boolean abstained() {
    return reason != null;
  }

  /** The neighbours of the question. */
  public List<Neighbour> neighbours() {
    return trace.isEmpty() ? List.of() : trace.getFirst().neighbours();
  }

  /**
   * Dropped citations.
   *
   * @param mismatched the stored text was not the quote: a defect, counted so that it is seen
   * @param gone the version left the store while the answer was made
   */
  public record Refused(int mismatched, int gone) {}
}
