package io.retort.encoder;

import java.util.Locale;

/** The device that a session is asked to run on. */
public enum Device {
  /** CUDA where this build and this machine have it, else the CPU. */
  AUTO,
  CPU,
  CUDA;

  /** Reads {@code auto}, {@code cpu} or {@code cuda}. */
  public static Device parse(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "auto" -> AUTO;
      case "cpu" -> CPU;
      case "cuda" -> CUDA;
      default ->
          throw new IllegalArgumentException(
              "unknown device '" + name + "'; known: auto, cpu, cuda");
    };
  }
}
