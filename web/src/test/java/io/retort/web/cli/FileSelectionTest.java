package io.retort.web.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.web.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileSelectionTest {
  @TempDir private Path root;

  @BeforeEach
  void fill() throws IOException {
    for (String name :
        List.of("a.pdf", "b.txt", "sub/a.pdf", "sub/deep/c.md", "node_modules/x/d.md", "é/ü.txt")) {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name);
    }
  }

  private FileSelection select(List<String> include, List<String> exclude) throws IOException {
    return FileSelection.of(
        List.of(root.toString()), Globs.of("--include", include), Globs.of("--exclude", exclude));
  }

  private static List<String> paths(FileSelection selection) {
    return selection.files().stream().map(LocalFile::path).toList();
  }

  @Test
  void pathsAreThoseFromTheFolderOn() throws IOException {
    assertThat(paths(select(List.of(), List.of())))
        .containsExactly(
            "a.pdf", "b.txt", "node_modules/x/d.md", "sub/a.pdf", "sub/deep/c.md", "é/ü.txt");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          *.pdf           |              | a.pdf sub/a.pdf
          **/*.pdf        |              | a.pdf sub/a.pdf
          sub/*           |              | sub/a.pdf
          sub/**          |              | sub/a.pdf sub/deep/c.md
          *.{md,txt}      | node_modules | b.txt sub/deep/c.md é/ü.txt
          *.md            | sub/**       | node_modules/x/d.md
          *               | *.md         | a.pdf b.txt sub/a.pdf é/ü.txt
          nothing         |              |
          """)
  void globsChoose(String include, String exclude, String chosen) throws IOException {
    FileSelection selection =
        select(List.of(include), exclude == null ? List.of() : List.of(exclude));
    assertThat(String.join(" ", paths(selection))).isEqualTo(chosen == null ? "" : chosen);
  }

  @Test
  void aLinkInAFolderIsNotFollowed(@TempDir Path outside) throws IOException {
    Files.writeString(outside.resolve("secret.txt"), "secret");
    Files.createSymbolicLink(root.resolve("link.txt"), outside.resolve("secret.txt"));
    Files.createSymbolicLink(root.resolve("folder"), outside);
    FileSelection selection = select(List.of(), List.of());
    assertThat(paths(selection))
        .noneMatch(path -> path.contains("secret") || path.contains("link"));
    assertThat(selection.links()).isEqualTo(2);
  }

  @Test
  void aFileNamedByItselfHasItsName() throws IOException {
    FileSelection selection =
        FileSelection.of(
            List.of(root.resolve("sub/deep/c.md").toString()),
            Globs.of("--include", List.of()),
            Globs.of("--exclude", List.of()));
    assertThat(paths(selection)).containsExactly("c.md");
  }

  @Test
  void twoFilesOfOnePathAreRefused() {
    List<String> names =
        List.of(root.resolve("a.pdf").toString(), root.resolve("sub/a.pdf").toString());
    assertThatThrownBy(
            () ->
                FileSelection.of(
                    names, Globs.of("--include", List.of()), Globs.of("--exclude", List.of())))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("would both be a.pdf");
  }

  @Test
  void aRequestHasAHundredFilesOrSixtyFourMegabytes() {
    List<LocalFile> small =
        IntStream.range(0, 250).mapToObj(n -> new LocalFile("f" + n, Path.of("f" + n), 1)).toList();
    assertThat(new FileSelection(small, List.of(), 0).batches(100, 64L << 20))
        .extracting(List::size)
        .containsExactly(100, 100, 50);
    List<LocalFile> large =
        IntStream.of(40, 30, 100, 10, 10)
            .mapToObj(mb -> new LocalFile("f" + mb, Path.of("f" + mb), (long) mb << 20))
            .toList();
    assertThat(new FileSelection(large, List.of(), 0).batches(100, 64L << 20))
        .extracting(List::size)
        .containsExactly(1, 1, 1, 2);
  }
}
