package io.retort.web.settings;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Puts the settings together: command line beats environment beats {@code <data-dir>/retort.yaml}
 * beats default. A key that does not exist is refused by name, wherever it stands.
 */
public final class SettingsLoader {
  /** Names in the environment that belong to the launcher and the command line. */
  private static final Set<String> OTHER_NAMES =
      Set.of("RETORT_KEY", "RETORT_JAVA_HOME", "RETORT_JAVA_OPTS", "RETORT_CACHE_DIR");

  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:-]{1,255}|\\[[0-9A-Fa-f:.]+]");
  private static final Pattern URL = Pattern.compile("https?://[^\\s/?#]+(/[^\\s?#]*)?");

  private static final Setting<Path> DATA_DIR =
      Setting.path("retort.data-dir", "~/.retort")
          .meaning(
              "where documents, index, keys and answers lie; cannot stand in the file, which lies there itself. Flag `--data-dir`");
  private static final Setting<Path> MODELS_DIR =
      Setting.path("retort.models.dir", null)
          .meaning("the models, checked against the sums of their manifest")
          .byDefault("`data/models` beside the program");
  private static final Setting<String> DEVICE =
      Setting.oneOf("retort.device", "cpu", "cpu", "cuda", "auto")
          .meaning(
              "where the decoder runs. `auto` takes CUDA if the build has it. Flag `--device`");
  private static final Setting<Boolean> DEVICE_FALLBACK =
      Setting.flag("retort.device-fallback", "true")
          .meaning(
              "whether the CPU does instead where CUDA fails, which health, metrics and answers then tell; with `false` there are no answers then");
  private static final Setting<String> HOST_SETTING =
      Setting.text("retort.server.host", "127.0.0.1", "a host name or address", HOST)
          .meaning(
              "address to listen on; beyond loopback it needs an admin key and `retort.server.allowed-hosts`. Flag `--host`");
  private static final Setting<Integer> PORT =
      Setting.integer("retort.server.port", "8080", 0, 65_535)
          .meaning("port to listen on; 0 takes a free one. Flag `--port`");
  private static final Setting<List<String>> ALLOWED_HOSTS =
      Setting.list(
              "retort.server.allowed-hosts",
              "localhost,127.0.0.1,[::1]",
              "host names or addresses without port, separated by commas",
              HOST)
          .meaning(
              "names under which the service may be called; others are refused (DNS rebinding)");
  private static final Setting<String> PUBLIC_URL =
      Setting.text("retort.server.public-url", null, "an http or https address", URL)
          .meaning(
              "where people find it behind a proxy: base of login and citation addresses, an allowed host and origin; with https, cookies are `Secure`")
          .byDefault("the address of the request");
  private static final Setting<String> STYLE =
      Setting.oneOf("retort.answers.style", "sentence", "short", "sentence", "paragraph")
          .meaning("style of an answer that names none");
  private static final Setting<Integer> K =
      Setting.integer("retort.answers.k", "4", 1, 32).meaning("neighbours at each retrieval");
  private static final Setting<Duration> TIMEOUT =
      Setting.duration(
              "retort.answers.timeout", "120s", Duration.ofMillis(1), Duration.ofSeconds(600))
          .meaning("the longest that an answer may take, waiting included");
  private static final Setting<Integer> HISTORY_TURNS =
      Setting.integer("retort.answers.history-turns", "0", 0, 4)
          .meaning("earlier turns that go before a question");
  private static final Setting<Double> MIN_CONFIDENCE =
      Setting.share("retort.answers.min-confidence", null)
          .meaning("answers less certain than this are held back")
          .byDefault("the models' calibration");
  private static final Setting<Double> MIN_RELEVANCE =
      Setting.share("retort.answers.min-relevance", null)
          .meaning("passages less relevant than this are not answered from")
          .byDefault("the models' calibration");
  private static final Setting<Integer> SLOTS =
      Setting.integer(
              "retort.answers.slots",
              Integer.toString(Runtime.getRuntime().availableProcessors()),
              1,
              256)
          .meaning("answers that are decoded at once")
          .byDefault("one a core");
  private static final Setting<Integer> QUEUE_PER_SLOT =
      Setting.integer("retort.answers.queue-per-slot", "8", 0, 1_000)
          .meaning("answers that wait for each slot; more are refused with 503");
  private static final Setting<Duration> RETENTION =
      Setting.duration(
              "retort.answers.retention", "90d", Duration.ofHours(1), Duration.ofDays(36_500))
          .meaning("stored answers are deleted after it");
  private static final Setting<String> MODE =
      Setting.oneOf("retort.retrieval.mode", "hybrid", "hybrid", "dense", "lexical")
          .meaning("how a request that names no mode searches");
  private static final Setting<Boolean> RERANK =
      Setting.flag("retort.retrieval.rerank", "false")
          .meaning(
              "whether the best candidates are ordered a second time by the neighbour encoder, unless a request says");
  private static final Setting<Integer> CANDIDATES =
      Setting.integer("retort.retrieval.candidates", "50", 1, 1_000)
          .meaning("candidates that dense and lexical search give each");
  private static final Setting<Integer> PER_DOCUMENT =
      Setting.integer("retort.retrieval.per-document", "2", 1, 32)
          .meaning(
              "neighbours of one document in an answer; more only where other documents do not fill k");
  private static final Setting<Integer> WORKERS =
      Setting.integer("retort.ingest.workers", "2", 1, 64)
          .meaning("files that are read at once, each in a JVM of its own");
  private static final Setting<Long> PARSER_HEAP =
      Setting.size("retort.ingest.parser-heap", "512MB", 64L << 20, 64L << 30)
          .meaning("heap of each of these");
  private static final Setting<Duration> PARSER_TIMEOUT =
      Setting.duration(
              "retort.ingest.parser-timeout", "300s", Duration.ofSeconds(1), Duration.ofHours(24))
          .meaning("time for one file");
  private static final Setting<Long> MAX_FILE_SIZE =
      Setting.size("retort.ingest.max-file-size", "100MB", 1, 64L << 30)
          .meaning("largest file; beyond it the file is `LIMIT`");
  private static final Setting<Long> MAX_REQUEST_SIZE =
      Setting.size("retort.ingest.max-request-size", "2GB", 1, 1L << 40)
          .meaning("largest upload; beyond it 413");
  private static final Setting<Integer> MAX_CHARACTERS =
      Setting.integer("retort.ingest.max-characters", "20000000", 1, 200_000_000)
          .meaning("text kept of one document; what is beyond it makes it `PARTIAL`");
  private static final Setting<Integer> REQUESTS_PER_MINUTE =
      Setting.integer("retort.limits.requests-per-minute", "600", 1, 1_000_000)
          .meaning("of each key; beyond it 429");
  private static final Setting<Double> DISK_WARN =
      Setting.percent("retort.limits.disk-warn", "85%")
          .meaning("used part of the disk from which `doctor` warns");
  private static final Setting<Double> DISK_REFUSE =
      Setting.percent("retort.limits.disk-refuse", "90%")
          .meaning("… from which uploads are refused");
  private static final Setting<Double> DISK_STOP =
      Setting.percent("retort.limits.disk-stop", "95%").meaning("… from which ingestion pauses");
  private static final Setting<Duration> SESSION =
      Setting.duration(
              "retort.security.session", "12h", Duration.ofSeconds(1), Duration.ofDays(365))
          .meaning("how long a login lasts");
  private static final Setting<Duration> LOGIN_TOKEN =
      Setting.duration(
              "retort.security.login-token", "10m", Duration.ofSeconds(1), Duration.ofDays(1))
          .meaning("how long a login address works");

  private static final List<Setting<?>> ALL =
      List.of(
          DATA_DIR,
          MODELS_DIR,
          DEVICE,
          DEVICE_FALLBACK,
          HOST_SETTING,
          PORT,
          ALLOWED_HOSTS,
          PUBLIC_URL,
          STYLE,
          K,
          TIMEOUT,
          HISTORY_TURNS,
          MIN_CONFIDENCE,
          MIN_RELEVANCE,
          SLOTS,
          QUEUE_PER_SLOT,
          RETENTION,
          MODE,
          RERANK,
          CANDIDATES,
          PER_DOCUMENT,
          WORKERS,
          PARSER_HEAP,
          PARSER_TIMEOUT,
          MAX_FILE_SIZE,
          MAX_REQUEST_SIZE,
          MAX_CHARACTERS,
          REQUESTS_PER_MINUTE,
          DISK_WARN,
          DISK_REFUSE,
          DISK_STOP,
          SESSION,
          LOGIN_TOKEN);

  /** Every setting, in the order of the documentation. */
  static List<Setting<?>> all() {
    return ALL;
  }

  private final Map<String, String> values;

  private SettingsLoader(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Settings of this process.
   *
   * @param flags {@code retort.*} keys from the command line
   * @param environment the process environment
   * @throws SettingsException for an unknown key or a value that is not allowed
   */
  public static RetortSettings load(Map<String, String> flags, Map<String, String> environment) {
    flags.keySet().forEach(key -> requireKnown(key, "on the command line"));
    Map<String, String> upper = fromEnvironment(environment);
    upper.putAll(flags);
    Path dataDir = new SettingsLoader(upper).required(DATA_DIR);
    Map<String, String> values = fromFile(dataDir.resolve("retort.yaml"));
    if (values.containsKey(DATA_DIR.key())) {
      throw new SettingsException(
          DATA_DIR.key() + " cannot stand in retort.yaml, which lies in the data directory itself");
    }
    values.putAll(upper);
    return new SettingsLoader(values).settings();
  }

  private static void requireKnown(String key, String where) {
    if (ALL.stream().noneMatch(setting -> setting.key().equals(key))) {
      throw new SettingsException("unknown setting " + key + " " + where);
    }
  }

  private static Map<String, String> fromEnvironment(Map<String, String> environment) {
    var byName = new HashMap<String, String>();
    ALL.forEach(setting -> byName.put(setting.environmentName(), setting.key()));
    var values = new LinkedHashMap<String, String>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("RETORT_") && !OTHER_NAMES.contains(name)) {
            String key = byName.get(name);
            if (key == null) {
              throw new SettingsException("unknown setting " + name + " in the environment");
            }
            values.put(key, value);
          }
        });
    return values;
  }

  private static Map<String, String> fromFile(Path file) {
    var values = new LinkedHashMap<String, String>();
    if (!Files.exists(file)) {
      return values;
    }
    Object root;
    try {
      var options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      root = new Yaml(new SafeConstructor(options)).load(Files.readString(file));
    } catch (IOException | YAMLException e) {
      throw new SettingsException("cannot read " + file + ": " + e.getMessage());
    }
    if (root != null) {
      flatten("", root, values);
    }
    values.keySet().forEach(key -> requireKnown(key, "in " + file));
    return values;
  }

  private static void flatten(String prefix, @Nullable Object node, Map<String, String> into) {
    switch (node) {
      case Map<?, ?> map ->
          map.forEach(
              (key, value) ->
                  flatten(prefix.isEmpty() ? "" + key : prefix + "." + key, value, into));
      case List<?> list -> {
        var texts = new ArrayList<String>();
        list.forEach(element -> texts.add(String.valueOf(element)));
        into.put(prefix, String.join(",", texts));
      }
      case null -> into.put(prefix, "");
      default -> into.put(prefix, node.toString());
    }
  }

  private <T> @Nullable T optional(Setting<T> setting) {
    String text = values.getOrDefault(setting.key(), setting.fallback());
    return text == null ? null : setting.parse(text);
  }

  private <T> T required(Setting<T> setting) {
    return requireNonNull(optional(setting), setting.key());
  }

  private RetortSettings settings() {
    Path models = optional(MODELS_DIR);
    var settings =
        new RetortSettings(
            required(DATA_DIR),
            models == null ? bundledModels() : models,
            required(DEVICE),
            required(DEVICE_FALLBACK),
            new RetortSettings.Server(
                required(HOST_SETTING),
                required(PORT),
                required(ALLOWED_HOSTS),
                values.containsKey(ALLOWED_HOSTS.key()),
                optional(PUBLIC_URL)),
            new RetortSettings.Answers(
                required(STYLE),
                required(K),
                required(TIMEOUT),
                required(HISTORY_TURNS),
                optional(MIN_CONFIDENCE),
                optional(MIN_RELEVANCE),
                required(SLOTS),
                required(QUEUE_PER_SLOT),
                required(RETENTION)),
            new RetortSettings.Retrieval(
                required(MODE), required(RERANK), required(CANDIDATES), required(PER_DOCUMENT)),
            new RetortSettings.Ingest(
                required(WORKERS),
                required(PARSER_HEAP),
                required(PARSER_TIMEOUT),
                required(MAX_FILE_SIZE),
                required(MAX_REQUEST_SIZE),
                required(MAX_CHARACTERS)),
            new RetortSettings.Limits(
                required(REQUESTS_PER_MINUTE),
                required(DISK_WARN),
                required(DISK_REFUSE),
                required(DISK_STOP)),
            new RetortSettings.Security(required(SESSION), required(LOGIN_TOKEN)));
    if (!settings.server().loopback() && !settings.server().allowedHostsGiven()) {
      throw new SettingsException(
          HOST_SETTING.key()
              + " is '"
              + settings.server().host()
              + "', allowed: a loopback address, or another one together with "
              + ALLOWED_HOSTS.key());
    }
    var limits = settings.limits();
    if (limits.diskWarn() > limits.diskRefuse() || limits.diskRefuse() > limits.diskStop()) {
      throw new SettingsException(
          DISK_REFUSE.key() + " must lie between " + DISK_WARN.key() + " and " + DISK_STOP.key());
    }
    return settings;
  }

  /** Where the launcher says the program lies, else the working directory. */
  private static Path bundledModels() {
    return Path.of(System.getProperty("retort.home", ""))
        .resolve("data/models")
        .toAbsolutePath()
        .normalize();
  }
}
