package io.retort.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.store.NewItem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("IN-9")
class ZipArchiveTest {
  @TempDir Path folder;
  private io.retort.data.store.LedgerStore store;

  @BeforeEach
  void open() throws IOException {
    store = io.retort.data.store.LedgerStore.open(folder.resolve("data"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static byte[] zip(Charset names, Object... namesAndTexts) throws IOException {
    var archive = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(archive, names)) {
      for (int i = 0; i < namesAndTexts.length; i += 2) {
        zip.putNextEntry(new ZipEntry((String) namesAndTexts[i]));
        zip.write(
            namesAndTexts[i + 1] instanceof byte[] bytes
                ? bytes
                : ((String) namesAndTexts[i + 1]).getBytes(UTF_8));
        zip.closeEntry();
      }
    }
    return archive.toByteArray();
  }

  private List<NewItem> receive(byte[] archive) throws IOException {
    var options =
        new IngestOptions(
            2,
            2,
            10 << 20,
            20 << 20,
            9,
            Duration.ofSeconds(2),
            Duration.ofDays(1),
            0.9,
            0.9,
            Milestones.NOT_WATCHED);
    Upload upload =
        new Upload(
            "a.zip",
            "The archive",
            null,
            List.of("tag"),
            Map.of("year", 2026L),
            () -> new ByteArrayInputStream(archive));
    try (var received =
        new Receiver(store.contents().originals(), options).receive(List.of(upload))) {
      return received.items();
    }
  }

  private static String shown(NewItem item) {
    return switch (item) {
      case NewItem.Stored stored -> stored.path();
      case NewItem.Refused refused ->
          "%s %s %s".formatted(refused.path(), refused.status(), refused.reason().code());
    };
  }

  @Test
  void everyFileIsAnItemAndPathsStayInside() throws IOException {
    byte[] nested = zip(UTF_8, "x.txt", "x");
    List<NewItem> items =
        receive(
            zip(
                UTF_8,
                "readme.txt",
                "one",
                "folder/",
                "",
                "folder/ü.md",
                "two",
                "../../etc/passwd",
                "three",
                "/absolute",
                "four",
                "..",
                "five",
                "./readme.txt",
                "six",
                "inner.zip",
                nested));

    assertThat(items)
        .extracting(ZipArchiveTest::shown)
        .containsExactly(
            "a.zip/readme.txt",
            "a.zip/folder/ü.md",
            "a.zip/etc/passwd",
            "a.zip/absolute",
            "a.zip/.. FAILED invalid_path",
            "a.zip/readme.txt FAILED duplicate_path",
            "a.zip/inner.zip UNSUPPORTED nested_archive");
    NewItem.Stored first = (NewItem.Stored) items.getFirst();
    assertThat(first.title()).isNull();
    assertThat(first.tags()).containsExactly("tag");
    assertThat(first.metadata()).containsEntry("year", 2026L);
  }

  @Test
  void documentsThatAreZipFilesStayWhole() throws IOException {
    for (String marker : List.of("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")) {
      assertThat(receive(zip(UTF_8, marker, "x", "content.xml", "y")))
          .extracting(ZipArchiveTest::shown)
          .containsExactly("a.zip");
    }
  }

  @Test
  void namesOfTheTimeBeforeUnicodeAreRead() throws IOException {
    assertThat(receive(zip(Charset.forName("IBM437"), "M\u00fcll.txt", "x")))
        .extracting(ZipArchiveTest::shown)
        .containsExactly("a.zip/Müll.txt");
  }

  @Test
  @Tag("IN-1")
  void aBombIsOneLimitAndLeavesNothing() throws IOException {
    var bytes = new ByteArrayOutputStream();
    byte[] zeros = new byte[1 << 20];
    try (var zip = new ZipOutputStream(bytes)) {
      for (int entry = 0; entry < 120; entry++) {
        zip.putNextEntry(new ZipEntry("zeros" + entry));
        for (int megabyte = 0; megabyte < 9; megabyte++) {
          zip.write(zeros);
        }
        zip.closeEntry();
      }
    }

    assertThat(receive(bytes.toByteArray()))
        .extracting(ZipArchiveTest::shown)
        .containsExactly("a.zip LIMIT unpacked_size");
    try (var left = Files.list(store.temporaryFolder())) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  @Tag("IN-1")
  void tooManyEntriesAreALimit() throws IOException {
    Object[] entries = new Object[2 * (ZipArchive.MOST_ENTRIES + 1)];
    for (int i = 0; i < entries.length; i += 2) {
      entries[i] = "f" + i;
      entries[i + 1] = "";
    }

    assertThat(receive(zip(UTF_8, entries)))
        .extracting(ZipArchiveTest::shown)
        .containsExactly("a.zip LIMIT archive_entries");
  }

  @Test
  void anEmptyArchiveAndADamagedOneAreSaidSo() throws IOException {
    assertThat(receive(zip(UTF_8)))
        .extracting(ZipArchiveTest::shown)
        .containsExactly("a.zip NO_TEXT empty");
    byte[] archive = zip(UTF_8, "one.txt", "one", "two.txt", "two");
    assertThat(receive(java.util.Arrays.copyOf(archive, archive.length / 2)))
        .extracting(ZipArchiveTest::shown)
        .containsExactly("a.zip"); // no archive any more: its parser says what it is
  }

  @Test
  void anEntryThatIsTooLargeIsALimitOfItsOwn() throws IOException {
    String large = "x".repeat((10 << 20) + 1);

    assertThat(receive(zip(UTF_8, "large.txt", large, "small.txt", "x")))
        .extracting(ZipArchiveTest::shown)
        .containsExactly("a.zip/large.txt LIMIT file_size", "a.zip/small.txt");
  }
}
