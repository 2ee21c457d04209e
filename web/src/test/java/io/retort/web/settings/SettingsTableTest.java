package io.retort.web.settings;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tables of settings in the documentation are made from the settings themselves: {@code ./mvnw
 * -pl web -am test -Dtest=SettingsTableTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dretort.docs.write=true} writes them.
 */
class SettingsTableTest {
  private static final Path PAGE = Path.of("../docs/configuration.md");
  private static final String BEGIN =
      "<!-- settings: made from SettingsLoader by SettingsTableTest -->\n";
  private static final String END = "<!-- end of settings -->\n";

  private static final Map<String, String> GROUPS =
      Map.of(
          "server", "Server",
          "answers", "Answers",
          "retrieval", "Retrieval",
          "ingest", "Ingest",
          "limits", "Limits",
          "security", "Security");

  static List<Setting<?>> settings() {
    return SettingsLoader.all();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everySettingSaysWhatItDoesAndWhatItIsByDefault(Setting<?> setting) {
    assertThat(setting.meaning()).as("meaning of %s", setting.key()).isNotBlank();
    assertThat(shownDefault(setting)).as("default of %s", setting.key()).isNotBlank();
  }

  @Test
  void theDocumentationHasTheTablesOfTheProgram() throws IOException {
    String page = Files.readString(PAGE);
    String made =
        page.substring(0, page.indexOf(BEGIN) + BEGIN.length())
            + tables()
            + page.substring(page.indexOf(END));
    if (Boolean.getBoolean("retort.docs.write")) {
      Files.writeString(PAGE, made);
      page = made;
    }
    assertThat(page)
        .as("%s is not up to date; -Dretort.docs.write=true makes it", PAGE)
        .isEqualTo(made);
  }

  /** What stands in a unit or a container file is not read by anything until somebody starts it. */
  @Test
  void whatIsDeployedSetsOnlyWhatThereIs() throws IOException {
    Set<String> known = new TreeSet<>();
    settings().forEach(setting -> known.add(setting.environmentName()));
    String others = Files.readString(PAGE);
    known.addAll(variables(others.substring(others.indexOf(END))));
    Set<String> set = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("../deploy"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        set.addAll(variables(Files.readString(file)));
      }
    }
    assertThat(set).contains("RETORT_DATA_DIR").isSubsetOf(known);
  }

  private static List<String> variables(String text) {
    return Pattern.compile("RETORT_[A-Z_]+")
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .toList();
  }

  private static String tables() {
    Map<String, List<Setting<?>>> groups =
        settings().stream()
            .collect(groupingBy(SettingsTableTest::group, LinkedHashMap::new, Collectors.toList()));
    var text = new StringBuilder("\n");
    groups.forEach(
        (title, settings) -> {
          text.append("## ").append(title).append("\n\n");
          text.append("| setting | default | allowed | meaning |\n|---|---|---|---|\n");
          settings.forEach(setting -> text.append(row(setting)));
          text.append('\n');
        });
    return text.toString();
  }

  private static String group(Setting<?> setting) {
    String[] parts = setting.key().split("\\.");
    return GROUPS.getOrDefault(parts[1], "Data, models, device");
  }

  private static String row(Setting<?> setting) {
    return "| `%s` | %s | %s | %s |\n"
        .formatted(setting.key(), shownDefault(setting), setting.allowed(), setting.meaning());
  }

  private static String shownDefault(Setting<?> setting) {
    if (setting.fallbackInWords() != null) {
      return setting.fallbackInWords();
    }
    return setting.fallback() == null ? "" : "`" + setting.fallback() + "`";
  }
}
