package io.retort.web.cli;

import io.retort.web.ExitCode;
import io.retort.web.settings.RetortSettings;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "serve",
    description = "Run the service in the foreground.",
    footer = {
      "",
      "Without a terminal the first login address is not printed but written to DIR/login-url."
    })
final class ServeVerb extends Verb {
  @Mixin private ServeFlags flags = new ServeFlags();

  ServeVerb(Program program) {
    super(program);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    RetortSettings settings = settings(flags.settings());
    try (OwnService service = OwnService.forEverybody(program(), settings)) {
      announce(this, service, settings, Json.object());
      service.server().awaitOpened();
      Replies.Health health = service.api().health();
      note(
          health.ready()
              ? "ready"
              : "not ready: " + health.reason() + "; retort doctor tells more");
      return untilStopped();
    }
  }

  /**
   * Tells where the service is. The login address opens everything, so it is printed for a person's
   * eyes only and never into a log.
   *
   * @param document what {@code --json} prints, to which address and process are added
   */
  static void announce(
      Verb verb, OwnService service, RetortSettings settings, ObjectNode document) {
    String address = service.server().address();
    if (verb.json()) {
      document.put("address", address).put("pid", ProcessHandle.current().pid());
      verb.print(document);
    } else if (verb.terminal().interactive()) {
      verb.print("Open " + service.server().loginUrl());
      String lifetime = ProgressLine.inWords(settings.security().loginToken()).replace(" 0 s", "");
      verb.note("(works once, for " + lifetime + "; retort login prints another)");
    } else {
      verb.print("Retort is at " + address);
      verb.note("the first login address is in " + settings.dataDir().resolve("login-url"));
    }
  }

  /** Only a signal ends the wait: the process then stops the service and ends itself. */
  static int untilStopped() throws InterruptedException {
    new CountDownLatch(1).await();
    return ExitCode.DONE;
  }
}
