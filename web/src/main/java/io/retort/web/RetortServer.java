package io.retort.web;

import io.retort.data.store.AccessStore;
import io.retort.data.store.LedgerStore;
import io.retort.data.store.StoreException;
import io.retort.web.access.LocalCredential;
import io.retort.web.access.LoginUrls;
import io.retort.web.answers.AnswerDesk;
import io.retort.web.answers.AnswerService;
import io.retort.web.rooms.Rooms;
import io.retort.web.rooms.RoomsOpener;
import io.retort.web.runs.EvaluationRuns;
import io.retort.web.settings.RetortSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * One running service: opens the store, then the other rooms in the background while it begins to
 * listen and answers health checks. Closing it lets what runs end, for a while, and closes the
 * store last.
 */
public final class RetortServer implements AutoCloseable {
  /** Time for running requests to end by themselves before they are cancelled. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final RetortSettings settings;
  private final LedgerStore store;
  private final RoomsOpener opener;
  private final ConfigurableApplicationContext context;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final String address;

  /** Who is there while the service runs. */
  public enum Attendance {
    /** A person at a terminal, who sees the log there. */
    TERMINAL("INFO"),
    /** Nobody: the first login address goes to a file. */
    UNATTENDED("WARN"),
    /** One verb of the command line, which nobody else is told of. */
    ONE_VERB("OFF");

    private final String shown;

    Attendance(String shown) {
      this.shown = shown;
    }
  }

  private RetortServer(
      RetortSettings settings,
      LedgerStore store,
      RoomsOpener opener,
      ConfigurableApplicationContext context,
      Attendance attendance)
      throws IOException {
    this.settings = settings;
    this.store = store;
    this.opener = opener;
    this.context = context;
    this.address = addressOf(settings.server(), port(context));
    if (attendance != Attendance.ONE_VERB) {
      new ServiceFiles(settings.dataDir())
          .write(service(), attendance == Attendance.UNATTENDED ? loginUrl() : null);
      context.getBean(EvaluationRuns.class).begin();
    }
  }

  /**
   * Starts the service.
   *
   * @throws StoreException if the data directory is in use, too new or damaged
   * @throws UsageException if the settings do not fit the store or the machine
   */
  public static RetortServer start(
      RetortSettings settings, RoomsOpener.Sources sources, Attendance attendance)
      throws IOException {
    // Quiet until the application has set the logs up: the store is opened before it.
    LoggingSystem.get(RetortServer.class.getClassLoader()).beforeInitialize();
    LedgerStore store = LedgerStore.open(settings.dataDir());
    RoomsOpener opener = null;
    ConfigurableApplicationContext context = null;
    try {
      opener = new RoomsOpener(settings, store, sources);
      context = listen(settings, store, opener, attendance);
      requireAdminBeyondLoopback(settings, context);
      return new RetortServer(settings, store, opener, context, attendance);
    } catch (IOException | RuntimeException e) {
      if (context != null) {
        context.close();
      }
      if (opener != null) {
        opener.close();
      }
      store.close();
      if (portInUse(e)) {
        throw new UsageException(
            "retort.server.port is "
                + settings.server().port()
                + ", but another program listens there; choose another one");
      }
      throw e;
    }
  }

  private static boolean portInUse(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof PortInUseException || cause instanceof java.net.BindException) {
        return true;
      }
    }
    return false;
  }

  private static ConfigurableApplicationContext listen(
      RetortSettings settings, LedgerStore store, RoomsOpener opener, Attendance attendance) {
    var application = new SpringApplication(RetortApplication.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.setRegisterShutdownHook(false);
    application.setLogStartupInfo(false);
    application.setDefaultProperties(properties(settings, attendance));
    application.addInitializers(
        context -> {
          var beans = (GenericApplicationContext) context;
          beans.registerBean(RetortSettings.class, () -> settings);
          beans.registerBean(LedgerStore.class, () -> store, d -> d.setDestroyMethodName(""));
          beans.registerBean(Rooms.class, opener::rooms);
          beans.registerBean(RoomsOpener.class, () -> opener, d -> d.setDestroyMethodName(""));
          beans.registerBean(Clock.class, Clock::systemUTC);
          // From here on there is a log; the application takes about as long to begin as the rooms.
          opener.openInBackground();
        });
    return application.run();
  }

  private static Map<String, Object> properties(RetortSettings settings, Attendance attendance) {
    Path logs = settings.dataDir().resolve("logs");
    var properties = new LinkedHashMap<String, Object>();
    properties.put("spring.main.web-application-type", "servlet");
    properties.put("spring.threads.virtual.enabled", true);
    properties.put("spring.jmx.enabled", false);
    properties.put("spring.lifecycle.timeout-per-shutdown-phase", "14s");
    properties.put("spring.servlet.multipart.resolve-lazily", true);
    properties.put("spring.servlet.multipart.max-file-size", "-1");
    properties.put(
        "spring.servlet.multipart.max-request-size", settings.ingest().maxRequestSize() + "B");
    properties.put("spring.servlet.multipart.file-size-threshold", "64KB");
    properties.put(
        "spring.servlet.multipart.location", settings.dataDir().resolve("tmp").toString());
    properties.put("server.address", settings.server().host().replaceAll("[\\[\\]]", ""));
    properties.put("server.port", settings.server().port());
    properties.put("server.shutdown", "graceful");
    properties.put("server.max-http-request-header-size", "16KB");
    // Pages and what they are made of. Not JSON: where an answer holds a secret and a caller's
    // words,
    // its compressed length tells of the secret.
    properties.put("server.compression.enabled", true);
    properties.put(
        "server.compression.mime-types", "text/html,text/css,text/javascript,image/svg+xml");
    properties.put("server.tomcat.connection-timeout", "30s");
    properties.put("server.tomcat.max-part-count", 1_002);
    properties.put("server.tomcat.max-swallow-size", "8MB");
    properties.put("management.endpoints.web.exposure.include", "health,info,prometheus");
    properties.put("management.endpoint.health.probes.enabled", true);
    properties.put("management.endpoint.health.show-details", "never");
    properties.put("management.endpoint.health.group.liveness.include", "livenessState");
    properties.put("management.endpoint.health.group.readiness.include", "rooms");
    properties.put("management.endpoint.health.group.ingest.include", "ingestion");
    properties.put("management.endpoint.health.group.ingest.show-details", "always");
    properties.put("management.info.java.enabled", true);
    // Names a folder in a label; retort.disk.used.ratio says what counts.
    properties.put("management.metrics.enable.disk", false);
    properties.put("springdoc.api-docs.version", "openapi_3_1");
    properties.put("springdoc.packages-to-scan", "io.retort.web");
    properties.put("logging.file.name", logs.resolve("retort.log").toString());
    properties.put("logging.structured.format.file", "ecs");
    properties.put("logging.logback.rollingpolicy.max-file-size", "10MB");
    properties.put("logging.logback.rollingpolicy.max-history", 14);
    properties.put("logging.logback.rollingpolicy.total-size-cap", "350MB");
    properties.put("logging.threshold.console", attendance.shown);
    properties.put("logging.level.root", "WARN");
    properties.put("logging.level.io.retort", "INFO");
    properties.put("logging.level.org.springdoc.core.events", "ERROR");
    return properties;
  }

  private static void requireAdminBeyondLoopback(
      RetortSettings settings, ConfigurableApplicationContext context) {
    if (!settings.server().loopback() && !context.getBean(AccessStore.class).hasAdmin()) {
      throw new UsageException(
          "retort.server.host is '"
              + settings.server().host()
              + "', allowed: a loopback address until there is an API key with the scope admin");
    }
  }

  private static int port(ConfigurableApplicationContext context) {
    var server = ((WebServerApplicationContext) context).getWebServer();
    return server == null ? -1 : server.getPort();
  }

  private static String addressOf(RetortSettings.Server server, int port) {
    String host =
        server.host().equals("0.0.0.0") || server.host().equals("::") ? "127.0.0.1" : server.host();
    boolean bareIpv6 = host.indexOf(':') >= 0 && !host.startsWith("[");
    return "http://" + (bareIpv6 ? "[" + host + "]" : host) + ":" + port;
  }

  /** Scheme, host and port. */
  public String address() {
    return address;
  }

  /** A fresh login address that opens everything; it works once. */
  public String loginUrl() {
    String publicUrl = settings.server().publicUrl();
    return context
        .getBean(LoginUrls.class)
        .create(
            publicUrl == null ? address : publicUrl,
            LoginUrls.owner(),
            settings.security().loginToken());
  }

  /** How the owner of the data directory reaches this service. */
  public ServiceFiles.Service service() {
    return new ServiceFiles.Service(
        address,
        context.getBean(LocalCredential.class).secret().reveal(),
        ProcessHandle.current().pid());
  }

  public Rooms rooms() {
    return opener.rooms();
  }

  /** Waits until every room is open or has failed to open. */
  public void awaitOpened() throws InterruptedException {
    opener.awaitOpened();
  }

  ConfigurableApplicationContext context() {
    return context;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    opener.rooms().startClosing();
    new ServiceFiles(settings.dataDir()).delete();
    AnswerDesk desk = context.getBean(AnswerDesk.class);
    AnswerService answers = context.getBean(AnswerService.class);
    Thread.ofVirtual()
        .name("impatience")
        .start(
            () -> {
              try {
                if (!desk.drain(PATIENCE)) {
                  answers.cancelAll();
                }
              } catch (InterruptedException e) {
                answers.cancelAll();
              }
            });
    context.close();
    opener.close();
    store.close();
  }
}
