package io.retort.web.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a service listens and computes. */
final class ServeFlags {
  @Option(names = "--host", paramLabel = "HOST", description = "address to listen on (127.0.0.1)")
  private @Nullable String host;

  @Option(names = "--port", paramLabel = "PORT", description = "port to listen on (8080)")
  private @Nullable String port;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "cpu, cuda, or auto, which falls back to the CPU and says so (cpu)")
  private @Nullable String device;

  /** The {@code retort.*} keys that were given. */
  Map<String, String> settings() {
    var settings = new LinkedHashMap<String, String>();
    put(settings, "retort.server.host", host);
    put(settings, "retort.server.port", port);
    put(settings, "retort.device", device);
    return settings;
  }

  private static void put(Map<String, String> settings, String key, @Nullable String value) {
    if (value != null) {
      settings.put(key, value);
    }
  }
}
