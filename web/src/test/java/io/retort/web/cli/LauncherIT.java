package io.retort.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher of an unpacked archive, on a JDK that says what it was called with: where it keeps a
 * recorded start, and when it makes a new one.
 */
@Timeout(60)
class LauncherIT {
  private static final Path LAUNCHER = Path.of("../retort");

  /** Its version for the launcher, an empty recording if one is wanted, else its arguments. */
  private static final String JAVA =
      """
      #!/bin/sh
      [ "$1" != -version ] || { echo 'openjdk version "25.0.1"' >&2; exit; }
      for argument; do
        case $argument in -XX:AOTCacheOutput=*) : > "${argument#*=}" ;; esac
      done
      echo "$@"
      """;

  @TempDir Path folder;
  private Path home;
  private Path jdk;

  private record Run(String out, String err, int code) {}

  @BeforeEach
  void unpack() throws IOException {
    home = folder.toRealPath().resolve("retort of today");
    Files.createDirectories(home.resolve("lib"));
    Files.copy(LAUNCHER, home.resolve("retort"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(home.resolve("lib/retort.jar"), "");
    Files.writeString(home.resolve("SHA256SUMS"), "one  lib/retort.jar\n");
    jdk = folder.resolve("jdk");
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=25.0.1\n");
    Path java = jdk.resolve("bin/java");
    Files.writeString(java, JAVA);
    assertThat(java.toFile().setExecutable(true)).isTrue();
  }

  private Run run(Map<String, String> environment) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    var builder =
        new ProcessBuilder(home.resolve("retort").toString(), "version")
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("RETORT_"));
    builder.environment().put("RETORT_JAVA_HOME", jdk.toString());
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    return new Run(
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8),
        code);
  }

  @Test
  void theFirstRunRecordsBesideTheProgramAndTheNextOneUsesIt() throws Exception {
    Run first = run(Map.of());
    assertThat(first.err()).contains("recording a start");
    Run second = run(Map.of());
    assertThat(second.err()).isEmpty();
    assertThat(second.out())
        .contains("-XX:AOTCache=" + home.resolve("lib/retort.aot"))
        .endsWith("io.retort.web.Retort version\n");
    assertThat(second.code()).isZero();
  }

  @Test
  void anotherArchiveOrAnotherJdkInTheSamePlaceIsRecordedAnew() throws Exception {
    run(Map.of());
    Files.writeString(home.resolve("SHA256SUMS"), "two  lib/retort.jar\n");
    assertThat(run(Map.of()).err()).contains("recording a start");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=25.0.2\n");
    assertThat(run(Map.of()).err()).contains("recording a start");
    assertThat(run(Map.of()).err()).isEmpty();
  }

  @Test
  void aFolderForRecordingsIsMadeForItsOwnerAlone() throws Exception {
    Path caches = folder.resolve("caches");
    var environment = Map.of("RETORT_CACHE_DIR", caches.toString());
    run(environment);
    assertThat(run(environment).out()).contains("-XX:AOTCache=" + caches);
    assertThat(home.resolve("lib/retort.aot")).doesNotExist();
    assertThat(Files.getPosixFilePermissions(caches).toString()).doesNotContain("GROUP", "OTHERS");
  }

  @Test
  void whereNothingCanBeWrittenItStartsWithoutAWord() throws Exception {
    Path notAFolder = Files.writeString(folder.resolve("file"), "");
    Run run = run(Map.of("RETORT_CACHE_DIR", notAFolder.resolve("caches").toString()));
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).doesNotContain("AOTCache").endsWith("io.retort.web.Retort version\n");
    assertThat(run.code()).isZero();
  }
}
