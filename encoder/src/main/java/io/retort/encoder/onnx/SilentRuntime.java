package io.retort.encoder.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * ONNX Runtime's environment, made in such a way that it reports to nobody. From 1.29 on its builds
 * for Linux and macOS note the machine's id and the command line and have an uploader, unless a
 * variable of the process's environment forbids it before the library is loaded; what matches the
 * command line also overflows the stack if that is longer than some kilobytes, and takes the JVM
 * with it.
 */
final class SilentRuntime {
  static final String FORBIDDEN = "ORT_DISABLE_TELEMETRY";

  private SilentRuntime() {}

  /** To be called before any other class of ONNX Runtime is used: loading it reads the variable. */
  static OrtEnvironment start() {
    forbid();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try {
      environment.setTelemetry(false); // what Windows goes by
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime's telemetry cannot be switched off", e);
    }
    return environment;
  }

  /** Java cannot change its own environment, so this asks the C library. */
  @SuppressWarnings("restricted") // the signature is setenv's, and both texts end with a zero
  private static void forbid() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
    if (setenv.isEmpty()) {
      return; // Windows has none, and needs none
    }
    MethodHandle call =
        linker.downcallHandle(
            setenv.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int failed =
          (int) call.invokeExact(arena.allocateFrom(FORBIDDEN), arena.allocateFrom("1"), 1);
      if (failed != 0) {
        throw new IllegalStateException("setenv " + FORBIDDEN + " failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("setenv throws nothing", e);
    }
  }
}
