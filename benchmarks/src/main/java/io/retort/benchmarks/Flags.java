package io.retort.benchmarks;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A benchmark's command line: {@code --name value} pairs, each name known and given once. */
final class Flags {
  private final Map<String, String> values = new LinkedHashMap<>();

  Flags(String[] arguments, Set<String> known) {
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "unknown flag '%s'; known: %s".formatted(arguments[i], known));
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException("--" + name + " needs a value");
      }
      if (values.put(name, arguments[i + 1]) != null) {
        throw new IllegalArgumentException("--" + name + " is given twice");
      }
    }
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  String required(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + " is missing");
    }
    return value;
  }

  int number(String name, int otherwise) {
    String value = values.get(name);
    return value == null ? otherwise : Integer.parseInt(value);
  }

  /** Whether a switch that is {@code on} or {@code off} is on, as it is if not given. */
  boolean on(String name) {
    String value = text(name, "on");
    return switch (value) {
      case "on" -> true;
      case "off" -> false;
      default ->
          throw new IllegalArgumentException("--%s is on or off, not '%s'".formatted(name, value));
    };
  }

  @Nullable Path path(String name) {
    String value = values.get(name);
    return value == null ? null : Path.of(value);
  }
}
