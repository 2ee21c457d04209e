package io.retort.web;

import io.retort.web.settings.SettingsException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The program: finds the verb that the command line names and ends with its exit code. */
public final class Retort {
  private static final List<Verb> VERBS = List.of(new ServeVerb());

  private Retort() {}

  public static void main(String... arguments) throws InterruptedException {
    int code = run(Arrays.asList(arguments), Terminal.ofProcess());
    System.out.flush();
    System.exit(code);
  }

  static int run(List<String> arguments, Terminal terminal) throws InterruptedException {
    if (arguments.isEmpty() || arguments.getFirst().equals("--help")) {
      var help = arguments.isEmpty() ? terminal.err() : terminal.out();
      help.println("usage: retort VERB [FLAG…]");
      VERBS.forEach(verb -> help.printf("  %-10s %s%n", verb.name(), verb.summary()));
      return arguments.isEmpty() ? ExitCode.USAGE : ExitCode.DONE;
    }
    String name = arguments.getFirst();
    Optional<Verb> verb = VERBS.stream().filter(v -> v.name().equals(name)).findFirst();
    if (verb.isEmpty()) {
      terminal.err().println("retort: unknown verb '" + name + "'; see retort --help");
      return ExitCode.USAGE;
    }
    try {
      return verb.get().run(arguments.subList(1, arguments.size()), terminal);
    } catch (UsageException | SettingsException e) {
      terminal.err().println("retort " + name + ": " + e.getMessage());
      return ExitCode.USAGE;
    }
  }
}
