package io.retort.indexer.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParserClassPathTest {
  private static final String MAIN = "io/retort/indexer/parse/ParserMain.class";

  @TempDir Path folder;

  private Path jar(String name, String entry, List<Path> named) throws IOException {
    Path jar = folder.resolve(name);
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (!named.isEmpty()) {
      manifest
          .getMainAttributes()
          .put(
              Attributes.Name.CLASS_PATH,
              String.join(" ", named.stream().map(path -> path.toUri().toString()).toList()));
    }
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.putNextEntry(new JarEntry(entry));
    }
    return jar;
  }

  private static String joined(Path... entries) {
    return String.join(File.pathSeparator, List.of(entries).stream().map(Path::toString).toList());
  }

  @Test
  void aBuildsFolderAndJarsAreEnough() throws Exception {
    Path classes = folder.resolve("classes");
    Files.createDirectories(classes.resolve(MAIN).getParent());
    Files.createFile(classes.resolve(MAIN));
    Path pdfbox = jar("pdfbox-3.0.7.jar", "a", List.of());
    Path lucene = jar("lucene-core-10.6.0.jar", "a", List.of());

    assertThat(ParserClassPath.among(joined(classes, lucene, pdfbox)))
        .containsExactly(classes, pdfbox);
  }

  @Test
  void anUnpackedLayoutNamesItsJarsInAManifest() throws Exception {
    Path own = jar("retort-indexer-0.1.0.jar", MAIN, List.of());
    Path tika = jar("tika-core-3.3.1.jar", "a", List.of());
    Path spring = jar("spring-core-7.0.jar", "a", List.of());
    Path application = jar("retort.jar", "application", List.of(own, tika, spring));

    assertThat(ParserClassPath.among(joined(application))).containsExactly(own, tika);
  }

  @Test
  void aJarOfJarsIsRefusedWithTheWayOut() throws Exception {
    Path fat = jar("retort.jar", "BOOT-INF/lib/retort-indexer-0.1.0.jar", List.of());

    assertThatThrownBy(() -> ParserClassPath.among(joined(fat)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("unpacked layout");
  }

  @Test
  void thisBuildsClassPathHasNoServerIndexOrTokenizer() {
    assertThat(ParserClassPath.ofThisJvm())
        .extracting(path -> path.getFileName().toString())
        .noneMatch(name -> name.matches("(spring|lucene|onnxruntime|tokenizers|h2|junit).*"));
  }
}
