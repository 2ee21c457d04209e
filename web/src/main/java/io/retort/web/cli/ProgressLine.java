package io.retort.web.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far something is, on the standard error: a bar that is drawn anew where a person looks, else
 * a line now and then.
 */
final class ProgressLine {
  private static final int WIDTH = 22;
  private static final Duration REDRAWN = Duration.ofMillis(100);
  private static final Duration REPEATED = Duration.ofSeconds(10);
  private static final String CLEAR = "\r\u001b[K";

  private final Terminal terminal;
  private final boolean quiet;
  private final String label;
  private final LongSupplier nanoTime;
  private final long start;
  private long last;

  ProgressLine(Terminal terminal, boolean quiet, String label, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.quiet = quiet;
    this.label = label;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.last = start - REDRAWN.toNanos();
  }

  Duration elapsed() {
    return Duration.ofNanos(nanoTime.getAsLong() - start);
  }

  /**
   * @param share of the whole, 0..1
   * @param text what has been done, with its rate
   */
  void show(double share, String text) {
    long now = nanoTime.getAsLong();
    Duration pause = terminal.animated() ? REDRAWN : REPEATED;
    if (quiet || now - last < pause.toNanos()) {
      return;
    }
    last = now;
    if (terminal.animated()) {
      terminal.err().print(CLEAR + label + "  " + bar(share) + "  " + text + remaining(share));
      terminal.err().flush();
    } else {
      terminal.err().println(label + ": " + percent(share) + ", " + text + remaining(share));
    }
  }

  /** The last state, which stays. */
  void finish(double share, String text) {
    if (quiet) {
      return;
    }
    String end = text + " · " + inWords(elapsed());
    if (terminal.animated()) {
      terminal.err().println(CLEAR + label + "  " + bar(share) + "  " + end);
    } else {
      terminal.err().println(label + ": " + percent(share) + ", " + end);
    }
  }

  private String remaining(double share) {
    long seconds = elapsed().toSeconds();
    return share > 0 && seconds >= 1
        ? " · " + inWords(Duration.ofSeconds(Math.round(seconds * (1 - share) / share))) + " left"
        : "";
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%d %%", (int) (100 * share));
  }

  private static String bar(double share) {
    int full = (int) Math.floor(WIDTH * Math.clamp(share, 0, 1));
    return "█".repeat(full) + "░".repeat(WIDTH - full);
  }

  static String inWords(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 3_600
        ? "%d min %d s".formatted(seconds / 60, seconds % 60)
        : "%d h %d min".formatted(seconds / 3_600, seconds % 3_600 / 60);
  }
}
