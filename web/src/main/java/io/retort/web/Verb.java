package io.retort.web;

import java.util.List;

/** One verb of the command line, as {@code serve} or {@code ask}. */
public interface Verb {
  String name();

  /** One line for the list of verbs. */
  String summary();

  /**
   * Does it, and returns the exit code.
   *
   * @param arguments what follows the verb
   * @throws UsageException for an argument that cannot be understood
   */
  int run(List<String> arguments, Terminal terminal) throws InterruptedException;
}
