package io.retort.web.settings;

import io.retort.data.SearchMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** All settings of one process, checked. {@link SettingsLoader} makes them. */
public record RetortSettings(
    Path dataDir,
    Path modelsDir,
    String device,
    boolean deviceFallback,
    Server server,
    Answers answers,
    Retrieval retrieval,
    Ingest ingest,
    Limits limits,
    Security security) {

  /**
   * @param port 0 takes any free port
   * @param allowedHosts values of the Host header, without port
   * @param allowedHostsGiven whether somebody set them, which another address than loopback needs
   * @param publicUrl base of citation and login addresses, null: the address that is listened on
   */
  public record Server(
      String host,
      int port,
      List<String> allowedHosts,
      boolean allowedHostsGiven,
      @Nullable String publicUrl) {
    public Server {
      allowedHosts = List.copyOf(allowedHosts);
    }

    public boolean loopback() {
      return host.equals("localhost")
          || host.equals("::1")
          || host.equals("[::1]")
          || host.startsWith("127.");
    }
  }

  /** Null thresholds: the calibration of the models. */
  public record Answers(
      String style,
      int k,
      Duration timeout,
      int historyTurns,
      @Nullable Double minConfidence,
      @Nullable Double minRelevance,
      int slots,
      int queuePerSlot,
      Duration retention) {}

  public record Retrieval(String mode, boolean rerank, int candidates, int perDocument) {
    public SearchMode searchMode() {
      return SearchMode.valueOf(mode.toUpperCase(Locale.ROOT));
    }
  }

  public record Ingest(
      int workers,
      long parserHeap,
      Duration parserTimeout,
      long maxFileSize,
      long maxRequestSize,
      int maxCharacters) {}

  public record Limits(
      int requestsPerMinute, double diskWarn, double diskRefuse, double diskStop) {}

  public record Security(Duration session, Duration loginToken) {}
}
