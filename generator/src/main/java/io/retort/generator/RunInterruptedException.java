package io.retort.generator;

/** A graph's run was given up because its request was over. */
public final class RunInterruptedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RunInterruptedException() {
    super("the request was over before the run was", null, false, false);
  }
}
