package io.retort.indexer.parse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How forked parsers are kept from the network. */
public enum Isolation {
  /** In a network namespace of their own, with no interface that is up. */
  NAMESPACE,
  /** By a resolver that knows no name and URLs that open nothing: the library's own ways only. */
  RESOLVER;

  private static final List<Path> UNSHARE =
      List.of(Path.of("/usr/bin/unshare"), Path.of("/bin/unshare"));

  private static final int TRIAL_SECONDS = 10;

  /** The best that this machine permits; tried, not guessed. */
  static Isolation probe() throws InterruptedException {
    return NAMESPACE.permitted() ? NAMESPACE : RESOLVER;
  }

  /** What stands before a command. */
  List<String> prefix() {
    return switch (this) {
      case NAMESPACE -> List.of(unshare().toString(), "-r", "-n", "--");
      case RESOLVER -> List.of();
    };
  }

  private boolean permitted() throws InterruptedException {
    if (!Files.isExecutable(unshare())) {
      return false;
    }
    var command = new ArrayList<>(prefix());
    command.add("/bin/true");
    try {
      Process trial =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = trial.waitFor(TRIAL_SECONDS, TimeUnit.SECONDS);
      trial.destroyForcibly();
      return ended && trial.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Path unshare() {
    return UNSHARE.stream().filter(Files::isExecutable).findFirst().orElse(UNSHARE.getFirst());
  }
}
