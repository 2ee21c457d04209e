package io.retort.web;

import java.io.PrintStream;
import java.util.Map;

/** What a verb sees of the process: results go to {@code out}, everything else to {@code err}. */
public record Terminal(
    PrintStream out, PrintStream err, Map<String, String> environment, boolean interactive) {
  public Terminal {
    environment = Map.copyOf(environment);
  }

  static Terminal ofProcess() {
    return new Terminal(System.out, System.err, System.getenv(), System.console() != null);
  }
}
