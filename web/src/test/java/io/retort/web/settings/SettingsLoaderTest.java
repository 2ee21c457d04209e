package io.retort.web.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsLoaderTest {
  @TempDir Path dataDir;

  private RetortSettings load(Map<String, String> flags, Map<String, String> environment) {
    var all = new java.util.HashMap<>(flags);
    all.putIfAbsent("retort.data-dir", dataDir.toString());
    return SettingsLoader.load(all, environment);
  }

  private void file(String yaml) throws IOException {
    Files.writeString(dataDir.resolve("retort.yaml"), yaml);
  }

  @Test
  void flagBeatsEnvironmentBeatsFileBeatsDefault() throws IOException {
    file("retort:\n  answers:\n    k: 5\n    style: short\n  server:\n    port: 9000\n");
    RetortSettings settings =
        load(
            Map.of("retort.server.port", "9002"),
            Map.of("RETORT_ANSWERS_K", "6", "RETORT_SERVER_PORT", "9001"));
    assertThat(settings.server().port()).isEqualTo(9002);
    assertThat(settings.answers().k()).isEqualTo(6);
    assertThat(settings.answers().style()).isEqualTo("short");
    assertThat(settings.answers().timeout()).isEqualTo(Duration.ofSeconds(120));
    assertThat(settings.ingest().maxFileSize()).isEqualTo(100L << 20);
    assertThat(settings.server().loopback()).isTrue();
  }

  @Test
  void dottedKeysAndListsAreUnderstoodInTheFile() throws IOException {
    file("retort.server.allowed-hosts: [a.example, b.example]\n");
    assertThat(load(Map.of(), Map.of()).server().allowedHosts())
        .containsExactly("a.example", "b.example");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "retort.answers.k | 33 | a whole number from 1 to 32",
        "retort.answers.k | four | a whole number from 1 to 32",
        "retort.answers.style | long | short, sentence, paragraph",
        "retort.answers.timeout | 601s | from 1ms to 10m",
        "retort.answers.history-turns | 5 | from 0 to 4",
        "retort.answers.min-confidence | 1.5 | a number from 0 to 1",
        "retort.ingest.max-file-size | 5XB | a whole number with B, KB, MB or GB",
        "retort.limits.disk-warn | 0.9 | a percentage",
        "retort.device | gpu | cpu, cuda, auto",
        "retort.device-fallback | yes | true or false",
        "retort.server.public-url | ftp://x | an http or https address",
      })
  void aWrongValueIsNamedWithItsKeyAndWhatIsAllowed(String key, String value, String allowed) {
    assertThatThrownBy(() -> load(Map.of(key, value), Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("'" + value + "'")
        .hasMessageContaining(allowed);
  }

  @Test
  void anUnknownKeyIsNamedWhereverItStands() throws IOException {
    assertThatThrownBy(() -> load(Map.of("retort.answers.kk", "1"), Map.of()))
        .hasMessageContaining("retort.answers.kk");
    assertThatThrownBy(() -> load(Map.of(), Map.of("RETORT_ANSWERS_KK", "1")))
        .hasMessageContaining("RETORT_ANSWERS_KK");
    file("retort:\n  answers:\n    kk: 1\n");
    assertThatThrownBy(() -> load(Map.of(), Map.of())).hasMessageContaining("retort.answers.kk");
  }

  @Test
  void namesOfTheLauncherAndTheCommandLineAreNoSettings() {
    assertThat(load(Map.of(), Map.of("RETORT_KEY", "rt_x", "RETORT_JAVA_HOME", "/x")).dataDir())
        .isEqualTo(dataDir);
  }

  @Test
  void aFileThatIsNoYamlIsRefusedByName() throws IOException {
    file("retort: [\n");
    assertThatThrownBy(() -> load(Map.of(), Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("retort.yaml");
  }

  @Test
  void anotherAddressThanLoopbackNeedsAllowedHosts() {
    assertThatThrownBy(() -> load(Map.of("retort.server.host", "0.0.0.0"), Map.of()))
        .hasMessageContaining("retort.server.host")
        .hasMessageContaining("retort.server.allowed-hosts");
    assertThat(
            load(
                    Map.of(
                        "retort.server.host", "0.0.0.0",
                        "retort.server.allowed-hosts", "retort.example"),
                    Map.of())
                .server()
                .loopback())
        .isFalse();
  }
}
