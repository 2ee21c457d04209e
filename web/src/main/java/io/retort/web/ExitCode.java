package io.retort.web;

/** What the process ends with; scripts rely on these numbers. */
public final class ExitCode {
  public static final int DONE = 0;
  public static final int FAILED = 1;

  /** Wrong usage, configuration or environment. */
  public static final int USAGE = 2;

  /** Done with a reservation: abstained, nothing found, some files failed, a metric off. */
  public static final int RESERVATION = 3;

  /** Service unreachable or not ready, or the data directory is in use. */
  public static final int UNAVAILABLE = 4;

  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
