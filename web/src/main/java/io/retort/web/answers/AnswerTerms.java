package io.retort.web.answers;

import io.retort.generator.Turn;
import java.util.List;

/**
 * What an answer is made under beside its body.
 *
 * @param history earlier turns that go before the question, oldest first
 * @param stop texts at which the answer ends
 * @param maxTokens an upper bound; that of the body or its style holds too
 */
public record AnswerTerms(List<Turn> history, List<String> stop, int maxTokens) {
  /** The body alone. */
  public static final AnswerTerms NONE = new AnswerTerms(List.of(), List.of(), Integer.MAX_VALUE);

  public AnswerTerms {
    history = List.copyOf(history);
    stop = List.copyOf(stop);
    if (maxTokens < 1) {
      throw new IllegalArgumentException("maxTokens must be positive: " + maxTokens);
    }
  }
}
