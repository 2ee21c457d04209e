package io.retort.generator;

import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Answers questions from neighbours. Safe for use by many threads: as many requests decode at once
 * as there are slots, the others wait. Whoever opens a generator closes it, after its last call has
 * returned.
 */
public interface AnswerGenerator extends AutoCloseable {
  /**
   * Makes one answer. Blocks until it is done; {@code events} is called on this thread and must not
   * block.
   *
   * @throws QuestionTooLongException before any work
   * @throws NoTokenInTimeException if the deadline came before a token was let out
   * @throws GenerationFailedException if a graph failed
   */
  GeneratedAnswer generate(
      GenerationRequest request,
      NeighbourSource source,
      SourceText texts,
      RequestLimits limits,
      Consumer<GenerationEvent> events);

  /**
   * Scores the tokens of an answer, as it was, and with some neighbours masked.
   *
   * @param request the one that the answer was made for
   * @param tokens ids of the answer's tokens
   * @param neighbours of each entry of the answer's trace
   * @throws RunInterruptedException if the limits ran out meanwhile
   */
  KnockOut knockOut(
      GenerationRequest request,
      int[] tokens,
      List<List<Neighbour>> neighbours,
      Set<ChunkId> masked,
      RequestLimits limits);

  /**
   * For each candidate, 0..1: one minus the reader's probability that it does not answer the
   * question. Candidates that limits leave no time for have no entry at the end of the result.
   */
  double[] relevance(String question, List<Neighbour> candidates, RequestLimits limits);

  /** How many decoder tokens the question has. */
  int questionTokens(String question);

  /** The most decoder tokens that a question may have. */
  int maxQuestionTokens();

  /** Below which confidence an answer of this style is held back if the request does not say. */
  double minConfidence(AnswerStyle style);

  /** {@code cpu}, {@code cuda} or {@code cpu(fallback: reason)}. */
  String device();

  int slots();

  /** Bytes outside the heap: weights as large as their files, caches, neighbours' memories. */
  long nativeBytes();

  @Override
  void close();
}
