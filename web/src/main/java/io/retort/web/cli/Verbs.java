package io.retort.web.cli;

import io.retort.data.store.StoreException;
import io.retort.web.ExitCode;
import io.retort.web.UsageException;
import io.retort.web.rooms.RoomsOpener;
import io.retort.web.settings.RetortSettings;
import io.retort.web.settings.SettingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import tools.jackson.databind.JsonNode;

/** All verbs, and how each way to fail ends. */
public final class Verbs {
  private static final int HELP_WIDTH = 100;

  private final Terminal terminal;

  private Verbs(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(
      name = "retort",
      synopsisSubcommandLabel = "VERB",
      description =
          "Answers questions from your own documents and shows where each statement stands.",
      commandListHeading = "%nVerbs:%n",
      footer = {
        "",
        "retort VERB --help tells the flags of a verb.",
        "Ends with 0 done, 1 failed, 2 wrong usage or configuration, 3 done with a reservation,",
        "4 service unreachable or data directory in use, 130 interrupted."
      })
  private static final class Root {
    @SuppressWarnings("unused") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "print this and end")
    private boolean help;
  }

  /**
   * Runs the verb that the arguments name.
   *
   * @param sources what a service that a verb starts is made of
   * @return the exit code
   */
  public static int run(
      List<String> arguments,
      Terminal terminal,
      Function<RetortSettings, RoomsOpener.Sources> sources) {
    return new Verbs(terminal)
        .commandLine(new Program(terminal, sources))
        .execute(arguments.toArray(String[]::new));
  }

  private CommandLine commandLine(Program program) {
    var line = new CommandLine(new Root());
    for (Verb verb :
        List.of(
            new DemoVerb(program),
            new ServeVerb(program),
            new LoginVerb(program),
            new IngestVerb(program),
            new AskVerb(program),
            new SearchVerb(program),
            new JobsVerb(program),
            new EvalVerb(program),
            new KeysVerb(program),
            new DoctorVerb(program),
            new VersionVerb(program),
            new RehearseVerb(program))) {
      line.addSubcommand(verb);
    }
    Ansi ansi = terminal.coloured() ? Ansi.ON : Ansi.OFF;
    return line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
        .setUsageHelpWidth(HELP_WIDTH)
        .setExpandAtFiles(false) // a question may begin with @
        .setParameterExceptionHandler((failure, _) -> wrong(failure))
        .setExecutionExceptionHandler((failure, verb, _) -> failed(failure, verb));
  }

  private int wrong(ParameterException failure) {
    CommandLine verb = failure.getCommandLine();
    boolean root = verb.getParent() == null;
    if (failure instanceof UnmatchedArgumentException unmatched) {
      String argument = unmatched.getUnmatched().getFirst();
      String kind = argument.startsWith("-") ? "flag" : root ? "verb" : "argument";
      List<String> near = unmatched.getSuggestions();
      say(
          verb,
          "unknown "
              + kind
              + " '"
              + argument
              + "'"
              + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?"));
    } else if (root) {
      verb.usage(verb.getErr());
      return ExitCode.USAGE;
    } else {
      String message = String.valueOf(failure.getMessage());
      say(verb, message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1));
    }
    say(verb, "see " + verb.getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE;
  }

  /** The top of every verb: what none of them handles ends here, with a message. */
  private int failed(Exception failure, CommandLine verb) {
    return switch (failure) {
      case UsageException e -> said(verb, e, ExitCode.USAGE);
      case SettingsException e -> said(verb, e, ExitCode.USAGE);
      case ProblemException e -> problem(verb, e);
      case UnreachableException e -> said(verb, e, ExitCode.UNAVAILABLE);
      case StoreException e ->
          said(
              verb,
              e,
              e.kind() == StoreException.Kind.IN_USE ? ExitCode.UNAVAILABLE : ExitCode.FAILED);
      case IOException e -> said(verb, e, ExitCode.FAILED);
      case InterruptedException _ -> ExitCode.INTERRUPTED;
      default -> {
        say(verb, "failed in a way that it should not: " + failure);
        failure.printStackTrace(terminal.err());
        yield ExitCode.FAILED;
      }
    };
  }

  private int problem(CommandLine verb, ProblemException problem) {
    JsonNode document = problem.document();
    if (document != null && verb.getCommand() instanceof Verb run && run.json()) {
      run.print(document);
    }
    return said(verb, problem, problem.exitCode());
  }

  private int said(CommandLine verb, Exception failure, int code) {
    String message = failure.getMessage();
    say(verb, message == null ? failure.toString() : message);
    return code;
  }

  private void say(CommandLine verb, String message) {
    terminal.err().println(verb.getCommandSpec().qualifiedName() + ": " + Terminal.plain(message));
  }
}
