package io.retort.encoder.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** In a process of its own, since the environment can be made once only. */
class SilentRuntimeIT {
  /** More than a question or a list of files on the command line will have. */
  private static final int LONG = 100_000;

  /**
   * Begins as a session does, makes the environment and prints what the C library then has in the
   * variable.
   */
  static final class Started {
    private Started() {}

    @SuppressWarnings("restricted") // the signature is getenv's, and what it finds ends with a zero
    public static void main(String... arguments) throws Throwable {
      OnnxSessions.optionsForOneThread().close();
      OnnxSessions.environment();
      Linker linker = Linker.nativeLinker();
      var getenv =
          linker.downcallHandle(
              linker.defaultLookup().find("getenv").orElseThrow(),
              FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
      try (var arena = Arena.ofConfined()) {
        var value = (MemorySegment) getenv.invokeExact(arena.allocateFrom(SilentRuntime.FORBIDDEN));
        System.out.println("found " + value.reinterpret(2).getString(0));
      }
    }
  }

  @Test
  void telemetryIsForbiddenBeforeTheRuntimeStarts() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dlong=" + "x".repeat(LONG),
                "-cp",
                System.getProperty("java.class.path"),
                Started.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.lines()).as(output).contains("found 1"); // beside lines of a log
  }
}
