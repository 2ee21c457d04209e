package io.retort.web;

import io.retort.data.store.StoreException;
import io.retort.web.rooms.RoomsOpener;
import io.retort.web.settings.RetortSettings;
import io.retort.web.settings.SettingFlags;
import io.retort.web.settings.SettingsLoader;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Runs the service in the foreground until it is told to stop. */
final class ServeVerb implements Verb {
  @Override
  public String name() {
    return "serve";
  }

  @Override
  public String summary() {
    return "run the service in the foreground";
  }

  @Override
  public int run(List<String> arguments, Terminal terminal) throws InterruptedException {
    RetortSettings settings = SettingsLoader.load(flags(arguments), terminal.environment());
    RetortServer server;
    try {
      server = RetortServer.start(settings, RoomsOpener.Sources.ofProduct(settings), terminal.interactive());
    } catch (StoreException e) {
      terminal.err().println("retort serve: " + e.getMessage());
      return e.kind() == StoreException.Kind.IN_USE ? ExitCode.UNAVAILABLE : ExitCode.FAILED;
    } catch (UsageException e) {
      throw e;
    } catch (IOException e) {
      terminal.err().println("retort serve: " + e.getMessage());
      return ExitCode.FAILED;
    }
    stopOnSignal(server);
    terminal.out().println("Open " + server.loginUrl());
    terminal.out().flush();
    new CountDownLatch(1).await();
    return ExitCode.DONE;
  }

  private static Map<String, String> flags(List<String> arguments) {
    var flags = new LinkedHashMap<String, String>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.indexOf('=');
      String flag = equals < 0 ? argument : argument.substring(0, equals);
      String key = SettingFlags.keyOf(flag);
      if (key.isEmpty()) {
        throw new UsageException("unknown argument '" + argument + "'");
      }
      if (equals >= 0) {
        flags.put(key, argument.substring(equals + 1));
      } else if (i + 1 < arguments.size()) {
        flags.put(key, arguments.get(++i));
      } else {
        throw new UsageException(flag + " needs a value");
      }
    }
    return flags;
  }

  /** A JVM that was told to stop ends with 128 + signal unless its hook says otherwise. */
  private static void stopOnSignal(RetortServer server) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(
                    () -> {
                      server.close();
                      Runtime.getRuntime().halt(ExitCode.DONE);
                    }));
  }
}
