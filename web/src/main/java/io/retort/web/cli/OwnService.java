package io.retort.web.cli;

import io.retort.web.ExitCode;
import io.retort.web.RetortServer;
import io.retort.web.RetortServer.Attendance;
import io.retort.web.ServiceFiles;
import io.retort.web.settings.RetortSettings;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;

/**
 * A service that runs in this process. Closing it, or ending the process, stops it in good order.
 */
final class OwnService implements AutoCloseable {
  private final RetortServer server;
  private final Thread hook;
  private final Api api;

  private OwnService(RetortServer server, Thread hook) {
    this.server = server;
    this.hook = hook;
    ServiceFiles.Service service = server.service();
    this.api = new Api(service.address(), service.token());
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * A service for the time of one verb, on a loopback port that nobody else is told of, once all of
   * it is open.
   *
   * @param settings what the process's settings are if these {@code retort.*} keys come first
   */
  static OwnService forOneVerb(
      Program program, Function<Map<String, String>, RetortSettings> settings)
      throws IOException, InterruptedException {
    RetortSettings own =
        settings.apply(
            Map.of(
                "retort.server.host", "127.0.0.1",
                "retort.server.port", "0",
                "retort.server.allowed-hosts", "127.0.0.1"));
    RetortServer server =
        RetortServer.start(own, program.sources().apply(own), Attendance.ONE_VERB);
    var service = new OwnService(server, Thread.ofPlatform().name("stop").unstarted(server::close));
    server.awaitOpened();
    return service;
  }

  /** A service that others are told of, and that ends the process with 0 when told to stop. */
  static OwnService forEverybody(Program program, RetortSettings settings) throws IOException {
    Attendance attendance =
        program.terminal().interactive() ? Attendance.TERMINAL : Attendance.UNATTENDED;
    RetortServer server =
        RetortServer.start(settings, program.sources().apply(settings), attendance);
    var interrupt = new Interrupt();
    // A JVM that was told to stop ends with 128 + signal unless its hook says otherwise.
    Runnable stop =
        () -> {
          server.close();
          Runtime.getRuntime().halt(interrupt.seen() ? ExitCode.INTERRUPTED : ExitCode.DONE);
        };
    return new OwnService(server, Thread.ofPlatform().name("stop").unstarted(stop));
  }

  Api api() {
    return api;
  }

  RetortServer server() {
    return server;
  }

  @Override
  public void close() {
    api.close();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the process is ending, and the hook stops the server
    }
    server.close();
  }
}
