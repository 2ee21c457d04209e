package io.retort.web;

import io.retort.web.cli.Terminal;
import io.retort.web.cli.Verbs;
import io.retort.web.rooms.RoomsOpener;
import java.util.Arrays;

/** The program. */
public final class Retort {
  private Retort() {}

  public static void main(String... arguments) {
    Terminal terminal = Terminal.ofProcess();
    int code = Verbs.run(Arrays.asList(arguments), terminal, RoomsOpener.Sources::ofProduct);
    terminal.out().flush();
    System.exit(code);
  }
}
