package io.retort.web.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.PlainTextExtraction;
import io.retort.web.rooms.RoomsOpener;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A service in a process of its own, told to stop in the two ways in which people do it. */
class SignalsIT {
  @TempDir private Path folder;

  /** The program with fakes for models. */
  static final class Serving {
    private Serving() {}

    public static void main(String... arguments) {
      System.exit(
          Verbs.run(
              List.of(arguments),
              Terminal.ofProcess(),
              _ -> new RoomsOpener.Sources(new FakeModels(), new PlainTextExtraction())));
    }
  }

  @ParameterizedTest
  @CsvSource({"TERM, 0", "INT, 130"})
  void theServiceStopsInGoodOrder(String signal, int code) throws Exception {
    Process service =
        new ProcessBuilder(
                "env", // a shell's background job ignores INT, and its children inherit that
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Serving.class.getName(),
                "serve",
                "--port=0",
                "--data-dir=" + folder)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var out = new BufferedReader(new InputStreamReader(service.getInputStream(), UTF_8))) {
      assertThat(out.readLine()).startsWith("Retort is at http://127.0.0.1:");
      assertThat(
              new ProcessBuilder("kill", "-" + signal, Long.toString(service.pid()))
                  .start()
                  .waitFor())
          .isZero();
      assertThat(service.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(service.exitValue()).isEqualTo(code);
      assertThat(out.readLine()).isNull();
    } finally {
      service.destroyForcibly();
    }
    assertThat(folder.resolve("service.json")).doesNotExist();
  }
}
