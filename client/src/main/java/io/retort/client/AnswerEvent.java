package io.retort.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happens while an answer is made, in this order. */
public sealed interface AnswerEvent {

  /**
   * Neighbours were retrieved, for the question or for a generated chunk.
   *
   * @param chunkIndex which entry of the trace this is
   */
  record Retrieval(int chunkIndex, String query, boolean frozen, List<Neighbour> neighbours)
      implements AnswerEvent {}

  /**
   * More of the answer's text; joined they are the answer.
   *
   * @param token the whole token, null unless tokens were included
   */
  record Text(int index, String text, @Nullable Token token) implements AnswerEvent {}

  /** Words that have come are cited. */
  record Cited(Citation citation) implements AnswerEvent {}

  /** There is no answer, and there was no text. */
  record Abstained(String reason, double confidence, List<Neighbour> neighbours)
      implements AnswerEvent {}

  /** What it took. */
  record Used(Answer.Usage usage, Answer.Timings timings) implements AnswerEvent {}

  /** The last one. */
  record Done(Answer answer) implements AnswerEvent {}
}
