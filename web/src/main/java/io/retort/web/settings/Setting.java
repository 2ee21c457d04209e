package io.retort.web.settings;

import static java.util.Objects.requireNonNull;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One key with its default, its type and the values that it takes.
 *
 * @param key as {@code retort.server.port}
 * @param fallback the default in the form that a user would write, null if there is none
 * @param allowed what the message of a wrong value says
 * @param parser null or an exception for a value that is not allowed
 * @param meaning what it does, for the documentation; empty in one that nobody has described
 * @param fallbackInWords the default, for the documentation; null if it is {@code fallback}
 */
record Setting<T>(
    String key,
    @Nullable String fallback,
    String allowed,
    Function<String, @Nullable T> parser,
    String meaning,
    @Nullable String fallbackInWords) {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(B|KB|MB|GB)?");

  Setting {
    requireNonNull(key, "key");
    requireNonNull(allowed, "allowed");
    requireNonNull(parser, "parser");
    requireNonNull(meaning, "meaning");
  }

  private Setting(
      String key, @Nullable String fallback, String allowed, Function<String, @Nullable T> parser) {
    this(key, fallback, allowed, parser, "", null);
  }

  Setting<T> meaning(String words) {
    return new Setting<>(key, fallback, allowed, parser, words, fallbackInWords);
  }

  /** For a default that differs from machine to machine, or is none. */
  Setting<T> byDefault(String words) {
    return new Setting<>(key, fallback, allowed, parser, meaning, words);
  }

  /** The name that the environment knows the key by, as {@code RETORT_SERVER_PORT}. */
  String environmentName() {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  T parse(String text) {
    T value;
    try {
      value = parser.apply(text.strip());
    } catch (IllegalArgumentException e) {
      throw wrong(text, e);
    }
    if (value == null) {
      throw wrong(text, null);
    }
    return value;
  }

  private SettingsException wrong(String text, @Nullable Throwable cause) {
    var exception = new SettingsException(key + " is '" + text + "', allowed: " + allowed);
    exception.initCause(cause);
    return exception;
  }

  static Setting<Integer> integer(String key, @Nullable String fallback, int min, int max) {
    return new Setting<>(
        key,
        fallback,
        "a whole number from " + min + " to " + max,
        text -> {
          int value = Integer.parseInt(text);
          return value >= min && value <= max ? value : null;
        });
  }

  static Setting<Double> share(String key, @Nullable String fallback) {
    return new Setting<>(
        key,
        fallback,
        "a number from 0 to 1",
        text -> {
          double value = Double.parseDouble(text);
          return value >= 0 && value <= 1 ? value : null;
        });
  }

  static Setting<Double> percent(String key, String fallback) {
    return new Setting<>(
        key,
        fallback,
        "a percentage from 1% to 100%",
        text -> {
          if (!text.endsWith("%")) {
            return null;
          }
          int value = Integer.parseInt(text.substring(0, text.length() - 1));
          return value >= 1 && value <= 100 ? value / 100.0 : null;
        });
  }

  static Setting<Boolean> flag(String key, String fallback) {
    return new Setting<>(
        key,
        fallback,
        "true or false",
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> null;
            });
  }

  static Setting<Duration> duration(String key, String fallback, Duration min, Duration max) {
    return new Setting<>(
        key,
        fallback,
        "a whole number with ms, s, m, h or d, from " + spell(min) + " to " + spell(max),
        text -> {
          Matcher matcher = DURATION.matcher(text);
          if (!matcher.matches()) {
            return null;
          }
          long amount = Long.parseLong(matcher.group(1));
          Duration value =
              switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
              };
          return value.compareTo(min) >= 0 && value.compareTo(max) <= 0 ? value : null;
        });
  }

  private static String spell(Duration duration) {
    if (duration.toMillis() % 1000 != 0) {
      return duration.toMillis() + "ms";
    }
    long seconds = duration.toSeconds();
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3_600 == 0) {
      return seconds / 3_600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** A number of bytes; KB, MB and GB count in powers of 1024. */
  static Setting<Long> size(String key, String fallback, long min, long max) {
    return new Setting<>(
        key,
        fallback,
        "a whole number with B, KB, MB or GB, from " + spell(min) + " to " + spell(max),
        text -> {
          Matcher matcher = SIZE.matcher(text.toUpperCase(Locale.ROOT));
          if (!matcher.matches()) {
            return null;
          }
          int shift =
              switch (matcher.group(2)) {
                case "KB" -> 10;
                case "MB" -> 20;
                case "GB" -> 30;
                case null, default -> 0;
              };
          long amount = Long.parseLong(matcher.group(1));
          if (amount > max >> shift) {
            return null;
          }
          long value = amount << shift;
          return value >= min ? value : null;
        });
  }

  private static String spell(long bytes) {
    int units = Math.min(3, Long.numberOfTrailingZeros(bytes) / 10);
    return (bytes >> 10 * units) + List.of("B", "KB", "MB", "GB").get(units);
  }

  static Setting<Path> path(String key, @Nullable String fallback) {
    return new Setting<>(
        key,
        fallback,
        "a path of the file system",
        text -> {
          if (text.isEmpty()) {
            return null;
          }
          try {
            String home = System.getProperty("user.home");
            String expanded =
                text.equals("~") || text.startsWith("~/") ? home + text.substring(1) : text;
            return Path.of(expanded).toAbsolutePath().normalize();
          } catch (InvalidPathException e) {
            return null;
          }
        });
  }

  static Setting<String> oneOf(String key, String fallback, String... values) {
    return new Setting<>(
        key,
        fallback,
        String.join(", ", values),
        text -> Arrays.asList(values).contains(text) ? text : null);
  }

  static Setting<String> text(
      String key, @Nullable String fallback, String allowed, Pattern pattern) {
    return new Setting<>(
        key, fallback, allowed, text -> pattern.matcher(text).matches() ? text : null);
  }

  static Setting<List<String>> list(String key, String fallback, String allowed, Pattern element) {
    return new Setting<>(
        key,
        fallback,
        allowed,
        text -> {
          List<String> values =
              Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
          boolean fits =
              !values.isEmpty() && values.stream().allMatch(v -> element.matcher(v).matches());
          return fits ? values : null;
        });
  }
}
