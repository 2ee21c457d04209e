package io.retort.web.settings;

import java.util.Map;

/** The command-line flags that are short for a {@code retort.*} key. */
public final class SettingFlags {
  private static final Map<String, String> KEYS =
      Map.of(
          "--data-dir", "retort.data-dir",
          "--host", "retort.server.host",
          "--port", "retort.server.port",
          "--device", "retort.device");

  private SettingFlags() {}

  /** The key that the flag sets, or the flag itself as a key if it is {@code --retort.…}. */
  public static String keyOf(String flag) {
    return flag.startsWith("--retort.") ? flag.substring(2) : KEYS.getOrDefault(flag, "");
  }
}
