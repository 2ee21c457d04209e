package io.retort.web.cli;

import io.retort.web.settings.RetortSettings;
import io.retort.web.settings.SettingsLoader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** A verb, with the flags that all of them understand. */
abstract class Verb implements Callable<Integer> {
  private final Program program;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "where documents, index and keys lie (~/.retort)")
  private @Nullable String dataDir;

  @Option(names = "--json", description = "print one JSON document")
  private boolean json;

  @Option(names = "--quiet", description = "print results and errors only")
  private boolean quiet;

  @SuppressWarnings("unused") // picocli acts on it
  @Option(names = "--help", usageHelp = true, description = "print this and end")
  private boolean help;

  Verb(Program program) {
    this.program = program;
  }

  /** Does it, and returns the exit code. */
  @Override
  public abstract Integer call() throws Exception;

  final Program program() {
    return program;
  }

  final Terminal terminal() {
    return program.terminal();
  }

  final boolean json() {
    return json;
  }

  final boolean quiet() {
    return quiet;
  }

  final @Nullable String dataDir() {
    return dataDir;
  }

  /** The settings of this process; {@code flags} are {@code retort.*} keys that come first. */
  final RetortSettings settings(Map<String, String> flags) {
    var all = new LinkedHashMap<String, String>();
    if (dataDir != null) {
      all.put("retort.data-dir", dataDir);
    }
    all.putAll(flags);
    return SettingsLoader.load(all, terminal().environment());
  }

  /** Prints the one JSON document of this run. */
  final void print(JsonNode document) {
    terminal().out().println(Json.write(document));
  }

  /** A line of the result. */
  final void print(String line) {
    terminal().out().println(line);
  }

  /** Something worth knowing that is not the result. */
  final void note(String line) {
    if (!quiet) {
      terminal().err().println(line);
    }
  }
}
