package io.retort.indexer;

/**
 * Told of each milestone on the thread that reaches it: for metrics and traces, and for the test
 * that kills the process there.
 */
@FunctionalInterface
public interface Milestones {
  Milestones NOT_WATCHED = milestone -> {};

  void reached(Milestone milestone);
}
