package io.retort.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("IN-8")
class UploadPathTest {
  @ParameterizedTest
  @CsvSource({
    "a.txt, a.txt",
    "/etc/passwd, etc/passwd",
    "../../a, a",
    "a/./b//c/../d, a/b/c/d",
    "C:\\Users\\x.doc, C:/Users/x.doc",
    "' a ', ' a '",
    "-x, -x",
    "CON, CON",
    "Ünïcode 🌴.md, Ünïcode 🌴.md",
  })
  void aPathIsALabel(String given, String path) {
    assertThat(UploadPath.clean(given)).contains(path);
  }

  @ParameterizedTest
  @CsvSource({"''", "/", "..", "././..", "' / '"})
  void nothingIsNoPath(String given) {
    assertThat(UploadPath.clean(given)).isEmpty();
  }

  @Property
  void whatIsCleanStaysAsItIsAndNeverLeads(@ForAll("paths") String given) {
    Optional<String> path = UploadPath.clean(given);

    path.ifPresent(
        clean -> {
          assertThat(UploadPath.clean(clean)).contains(clean);
          assertThat(clean).doesNotStartWith("/").doesNotEndWith("/").doesNotContain("//");
          assertThat(clean.split("/")).doesNotContain("", ".", "..");
          assertThat(clean.codePoints()).noneMatch(Character::isISOControl);
          assertThat(clean.codePointCount(0, clean.length())).isBetween(1, UploadPath.LONGEST);
        });
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of(
            "a", "..", ".", "/", "\\", "\0", "\n", " ", "🌴", "\uD83C", "%2e", "x".repeat(300))
        .list()
        .ofMaxSize(12)
        .map(pieces -> String.join("", pieces));
  }
}
