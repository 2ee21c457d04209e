package io.retort.web.cli;

import io.retort.data.store.StoreException;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelIntegrityException;
import io.retort.encoder.ModelManifest;
import io.retort.web.ExitCode;
import io.retort.web.ServiceFiles;
import io.retort.web.settings.RetortSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;

@Command(
    name = "doctor",
    description = "Check JDK, disk, models, data directory, index and port.",
    footer = {"", "Ends with 3 if there is a warning, with 1 if something has to be put right."})
final class DoctorVerb extends Verb {
  private static final int NEEDED_JAVA = 25;

  @Mixin private ServeFlags flags = new ServeFlags();

  private final List<Check> checks = new ArrayList<>();

  DoctorVerb(Program program) {
    super(program);
  }

  /** How one thing is. */
  record Check(String name, Verdict verdict, String detail) {}

  enum Verdict {
    OK,
    WARNING,
    FAILED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    RetortSettings settings = settings(flags.settings());
    java();
    disk(settings);
    models(settings);
    service(settings);
    report();
    if (checks.stream().anyMatch(check -> check.verdict() == Verdict.FAILED)) {
      return ExitCode.FAILED;
    }
    return checks.stream().anyMatch(check -> check.verdict() == Verdict.WARNING)
        ? ExitCode.RESERVATION
        : ExitCode.DONE;
  }

  private void found(String name, Verdict verdict, String detail) {
    checks.add(new Check(name, verdict, detail));
  }

  private void report() {
    ArrayNode list = Json.array();
    for (Check check : checks) {
      list.addObject()
          .put("name", check.name())
          .put("verdict", check.verdict().toString())
          .put("detail", check.detail());
      if (!json()) {
        print(
            "%-8s %-15s %s"
                .formatted(check.verdict(), check.name(), Terminal.line(check.detail())));
      }
    }
    if (json()) {
      var document = Json.object();
      document.set("checks", list);
      print(document);
    }
  }

  private void java() {
    int feature = Runtime.version().feature();
    found(
        "java",
        feature >= NEEDED_JAVA ? Verdict.OK : Verdict.FAILED,
        System.getProperty("java.runtime.version") + " in " + System.getProperty("java.home"));
  }

  private void disk(RetortSettings settings) throws IOException {
    Path folder = settings.dataDir();
    while (!Files.isDirectory(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    FileStore disk = Files.getFileStore(folder);
    double used = 1 - (double) disk.getUsableSpace() / Math.max(1, disk.getTotalSpace());
    var limits = settings.limits();
    Verdict verdict =
        used >= limits.diskRefuse()
            ? Verdict.FAILED
            : used >= limits.diskWarn() ? Verdict.WARNING : Verdict.OK;
    String detail =
        String.format(
            Locale.ROOT,
            "%.0f %% of the disk of %s is in use, %,d MB are free",
            100 * used,
            settings.dataDir(),
            disk.getUsableSpace() >> 20);
    found(
        "disk",
        verdict,
        verdict == Verdict.OK
            ? detail
            : detail
                + String.format(
                    Locale.ROOT,
                    "; uploads are refused from %.0f %% on",
                    100 * limits.diskRefuse()));
  }

  private void models(RetortSettings settings) {
    try {
      ModelManifest manifest = ModelDirectory.open(settings.modelsDir()).manifest();
      found(
          "models",
          Verdict.OK,
          "%s, %d files of %s are what the manifest says"
              .formatted(manifest.config().name(), manifest.files().size(), settings.modelsDir()));
    } catch (ModelIntegrityException e) {
      found("models", Verdict.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private void service(RetortSettings settings) throws IOException, InterruptedException {
    Optional<Api> running = ServiceVerb.running(settings);
    if (running.isPresent()) {
      try (Api api = running.get()) {
        long pid = ServiceFiles.read(settings.dataDir()).map(ServiceFiles.Service::pid).orElse(-1L);
        found(
            "data directory",
            Verdict.OK,
            "%s, held by the service at %s, process %d"
                .formatted(settings.dataDir(), api.address(), pid));
        index(api);
      }
      return;
    }
    if (Files.isDirectory(settings.dataDir())) {
      store(settings);
    } else {
      found(
          "data directory",
          Verdict.OK,
          settings.dataDir() + " does not exist yet; the first start makes it");
    }
    port(settings.server());
  }

  /** Opens the data directory as a start would. */
  private void store(RetortSettings settings) throws IOException, InterruptedException {
    try (OwnService own = OwnService.forOneVerb(program(), this::settings)) {
      found("data directory", Verdict.OK, settings.dataDir() + ", not in use");
      index(own.api());
    } catch (StoreException e) {
      found("data directory", Verdict.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private void index(Api api) throws IOException, InterruptedException {
    Replies.Health health = api.health();
    if (!health.ready()) {
      found("service", Verdict.WARNING, "not ready: " + health.reason());
    }
    Replies.Status status = Json.read(api.get("/admin/status"), Replies.Status.class);
    Long chunks = status.index().chunks();
    Long drift = status.index().drift();
    boolean even = chunks != null && (drift == null || drift == 0);
    found(
        "index",
        even ? Verdict.OK : Verdict.WARNING,
        String.format(
            Locale.ROOT,
            "%s, %s chunks, %s",
            status.index().state(),
            chunks == null ? "unknown number of" : String.format(Locale.ROOT, "%,d", chunks),
            drift == null || drift == 0
                ? "agrees with the ledger"
                : "differs from the ledger in " + drift + " documents"));
  }

  private void port(RetortSettings.Server server) throws IOException {
    String host = server.host().replaceAll("[\\[\\]]", "");
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(host, server.port()));
      found("port", Verdict.OK, "%s:%d is free".formatted(server.host(), server.port()));
    } catch (SocketException e) {
      found(
          "port",
          Verdict.WARNING,
          "%s:%d cannot be listened on (%s); choose another with --port"
              .formatted(server.host(), server.port(), e.getMessage()));
    }
  }
}
