package io.retort.web.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.Map;

/**
 * What a verb sees of the process: results go to {@code out}, everything else to {@code err}.
 *
 * @param interactive whether a person reads along
 */
public record Terminal(
    PrintStream out, PrintStream err, Map<String, String> environment, boolean interactive) {
  private static final String ESCAPE = "\u001b[";

  public Terminal {
    requireNonNull(out, "out");
    requireNonNull(err, "err");
    environment = Map.copyOf(environment);
  }

  /**
   * The terminal of this process, in UTF-8 whatever the locale. From here on nothing but results
   * reaches the standard output: what a library prints there is moved to the standard error.
   */
  public static Terminal ofProcess() {
    var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);
    System.setOut(err);
    System.setErr(err);
    Console console = System.console();
    return new Terminal(out, err, System.getenv(), console != null && console.isTerminal());
  }

  /** Whether a line may be drawn over the one before it. */
  boolean animated() {
    return interactive && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  boolean coloured() {
    return animated() && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  String bold(String text) {
    return styled("1", text);
  }

  String dim(String text) {
    return styled("2", text);
  }

  private String styled(String code, String text) {
    return coloured() ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
  }

  /**
   * Text from a document or a service without what a terminal would obey: control characters other
   * than line end and tab, and marks that turn the direction of what stands around them.
   */
  static String plain(String text) {
    var shown = new StringBuilder(text.length());
    text.codePoints()
        .filter(c -> c == '\n' || c == '\t' || !Character.isISOControl(c))
        .filter(c -> !(c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069))
        .forEach(shown::appendCodePoint);
    return shown.toString();
  }

  /** {@link #plain} on one line. */
  static String line(String text) {
    return plain(text).replaceAll("\\s+", " ").strip();
  }
}
