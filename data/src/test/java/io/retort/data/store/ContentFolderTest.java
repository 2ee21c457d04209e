package io.retort.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentFolderTest {
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2

  @TempDir Path root;
  private ContentFolder folder;

  @BeforeEach
  void create() throws IOException {
    Files.createDirectories(root.resolve("tmp"));
    Files.createDirectories(root.resolve("originals"));
    folder = new ContentFolder(root.resolve("originals"), root.resolve("tmp"));
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  @Test
  void contentLiesUnderItsHash() throws IOException {
    try (Incoming incoming = folder.receive(stream("abc"), 3).orElseThrow()) {
      folder.keep(List.of(incoming)).close();
    }

    assertThat(root.resolve("originals/ba").resolve(ABC)).hasContent("abc");
    assertThat(folder.read(ABC)).isEqualTo("abc".getBytes(UTF_8));
    assertThat(folder.intact(ABC)).isTrue();
    assertThat(temporary()).isZero();
  }

  @Test
  void tooMuchIsNoticedWhileItStreamsAndLeavesNothing() throws IOException {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }
        };

    assertThat(folder.receive(endless, 1_000_000)).isEmpty();
    assertThat(temporary()).isZero();
  }

  @Test
  void whatIsNotKeptIsRemoved() throws IOException {
    folder.receive(stream("abc"), 3).orElseThrow().close();

    assertThat(temporary()).isZero();
    assertThat(folder.find(ABC)).isEmpty();
  }

  @Test
  void alteredContentIsNotServed() throws IOException {
    folder.keep("abc".getBytes(UTF_8)).close();
    Files.writeString(folder.find(ABC).orElseThrow(), "abd");

    assertThatThrownBy(() -> folder.read(ABC))
        .isInstanceOf(DamagedContentException.class)
        .hasMessageContaining(ABC);
    assertThat(folder.intact(ABC)).isFalse();
    Files.delete(folder.find(ABC).orElseThrow());
    assertThatThrownBy(() -> folder.read(ABC))
        .isInstanceOf(DamagedContentException.class)
        .hasMessageContaining("missing");
    assertThat(folder.intact(ABC)).isFalse();
  }

  @Test
  void pinnedContentIsNotRemoved() throws IOException {
    ContentFolder.Pin first = folder.keep("abc".getBytes(UTF_8));
    ContentFolder.Pin second = folder.keep("abc".getBytes(UTF_8));
    first.close();
    first.close(); // a pin counts once

    folder.removeUnless(ABC, name -> false);
    assertThat(folder.find(ABC)).isPresent();

    second.close();
    folder.removeUnless(ABC, name -> true);
    assertThat(folder.find(ABC)).isPresent();
    folder.removeUnless(ABC, name -> false);
    assertThat(folder.find(ABC)).isEmpty();
  }

  @Test
  void onlyHashesReachTheFileSystem() {
    for (String name : List.of("../STORE", "", ABC.toUpperCase(java.util.Locale.ROOT), ABC + "0")) {
      assertThatThrownBy(() -> folder.read(name))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private long temporary() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("tmp"))) {
      return files.count();
    }
  }
}
