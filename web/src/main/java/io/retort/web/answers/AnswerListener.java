package io.retort.web.answers;

/** Takes what a stream tells; never blocks. */
@FunctionalInterface
public interface AnswerListener {
  /** Nobody listens: the whole answer is all that is wanted. */
  AnswerListener NONE = (event, data) -> {};

  /** {@code event} is the name on the wire. */
  void on(String event, Object data);
}
