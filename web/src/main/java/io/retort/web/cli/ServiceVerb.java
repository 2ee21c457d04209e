package io.retort.web.cli;

import io.retort.web.ServiceFiles;
import io.retort.web.UsageException;
import io.retort.web.settings.RetortSettings;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * A verb that is a client of the service: of the one at {@code --url}, else of the one that holds
 * the data directory, else of one that it starts for itself.
 */
abstract class ServiceVerb extends Verb {
  private static final String KEY = "RETORT_KEY";

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "talk to the service there, with the API key in the environment's RETORT_KEY")
  private @Nullable String url;

  private boolean alone;

  ServiceVerb(Program program) {
    super(program);
  }

  /** Does it with the service, and returns the exit code. */
  abstract int run(Api api) throws IOException, InterruptedException;

  /**
   * Checks what the command line says, before a service is looked for.
   *
   * @throws UsageException if flags or arguments are wrong or do not go together
   */
  void check() throws IOException {}

  /** Whether the verb is of use where no service runs. */
  boolean opensDataDirectory() {
    return true;
  }

  /** Whether the command line names a service. */
  final boolean addressed() {
    return url != null;
  }

  /** Whether the service ends with this verb. */
  final boolean alone() {
    return alone;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    try (Connection connection = connect()) {
      return run(connection.api());
    }
  }

  private Connection connect() throws IOException, InterruptedException {
    if (url != null) {
      return new Connection(remote(url), null);
    }
    RetortSettings settings = settings(Map.of());
    Optional<Api> running = running(settings);
    if (running.isPresent()) {
      return new Connection(running.get(), null);
    }
    if (!opensDataDirectory()) {
      throw new UnreachableException(
          "no service runs on " + settings.dataDir() + "; start one with retort serve");
    }
    if (terminal().interactive()) {
      note("no service runs, so this opens " + settings.dataDir() + " itself");
    }
    alone = true;
    OwnService own = OwnService.forOneVerb(program(), this::settings);
    return new Connection(own.api(), own);
  }

  private Api remote(String address) {
    if (dataDir() != null) {
      throw new UsageException("--url and --data-dir name two services; leave one out");
    }
    if (!address.matches("https?://[^\\s/?#]+(/[^\\s?#]*)?")) {
      throw new UsageException("--url is '" + address + "', allowed: an http or https address");
    }
    String key = terminal().environment().get(KEY);
    if (key == null || key.isBlank()) {
      throw new UsageException("--url needs an API key in the environment's " + KEY);
    }
    if (!key.strip().matches("[!-~]{1,200}")) {
      throw new UsageException(KEY + " holds no API key");
    }
    return new Api(URI.create(address).toString(), key.strip());
  }

  /**
   * The service that the files in the data directory tell of, if it is the one that answers there.
   * A process that was killed leaves its files behind; then the store's lock decides.
   */
  static Optional<Api> running(RetortSettings settings) throws IOException, InterruptedException {
    Optional<ServiceFiles.Service> found = ServiceFiles.read(settings.dataDir());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    var api = new Api(found.get().address(), found.get().token());
    try {
      api.get("/collections?limit=1");
      return Optional.of(api);
    } catch (UnreachableException e) {
      api.close();
      return Optional.empty();
    } catch (ProblemException e) {
      if (e.status() == 401 || e.code().isEmpty()) {
        api.close(); // another program listens where the service did
        return Optional.empty();
      }
      return Optional.of(api);
    }
  }
}
