package io.retort.indexer;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A ZIP file as a container of uploads, one level deep. Formats that are ZIP files themselves
 * (Office, OpenDocument, EPUB, Java archives) are documents, not containers.
 */
final class ZipArchive {
  /** What an archive may unpack to, over all its entries. */
  static final long MOST_BYTES = 1L << 30;

  static final int MOST_ENTRIES = 10_000;

  private static final int LOCAL_HEADER = 0x504B0304;
  private static final int EMPTY_ARCHIVE = 0x504B0506;

  private ZipArchive() {}

  /** What is done with each file of an archive. */
  interface Visitor {
    /** A file that can be read once, as long as the call lasts. */
    void file(String name, InputStream content) throws IOException;

    /** A file that cannot be taken. */
    void refused(String name, Refused why);
  }

  enum Refused {
    NESTED_ARCHIVE,
    ENCRYPTED,
    DAMAGED
  }

  /** An archive is larger, when unpacked, than is allowed. */
  static final class LimitException extends IOException {
    private static final long serialVersionUID = 1L;
    private final String code;

    LimitException(String code, String message) {
      super(message);
      this.code = code;
    }

    String code() {
      return code;
    }
  }

  /** Whether the file is a ZIP file that holds documents rather than being one. */
  static boolean isContainer(Path file) throws IOException {
    if (!startsLikeZip(file)) {
      return false;
    }
    try (ZipFile zip = open(file)) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      return !entries.hasMoreElements()
          || (zip.getEntry("[Content_Types].xml") == null
              && zip.getEntry("mimetype") == null
              && zip.getEntry("META-INF/MANIFEST.MF") == null
              && zip.getEntry("META-INF/container.xml") == null);
    } catch (ZipException e) {
      return false; // its parser says what is wrong with it
    }
  }

  /** Names are UTF-8, or of the time before. */
  private static ZipFile open(Path file) throws IOException {
    try {
      return new ZipFile(file.toFile(), StandardCharsets.UTF_8);
    } catch (ZipException e) {
      if (String.valueOf(e.getMessage()).contains("bad entry name")) {
        return new ZipFile(file.toFile(), Charset.forName("IBM437"));
      }
      throw e;
    }
  }

  private static boolean startsLikeZip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return startsLikeZip(in.readNBytes(4));
    }
  }

  private static boolean startsLikeZip(byte[] head) {
    if (head.length < 4) {
      return false;
    }
    int word =
        (head[0] & 0xFF) << 24 | (head[1] & 0xFF) << 16 | (head[2] & 0xFF) << 8 | (head[3] & 0xFF);
    return word == LOCAL_HEADER || word == EMPTY_ARCHIVE;
  }

  /**
   * Visits the files in the order of the archive's directory, folders left out.
   *
   * @throws LimitException as soon as a limit is met
   */
  static void visit(Path file, Visitor visitor) throws IOException {
    try (ZipFile zip = open(file)) {
      if (zip.size() > MOST_ENTRIES) {
        throw new LimitException(
            "archive_entries",
            "the archive has %d entries, at most %d are unpacked"
                .formatted(zip.size(), MOST_ENTRIES));
      }
      Budget budget = new Budget();
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (!entry.isDirectory()) {
          visit(zip, entry, budget, visitor);
        }
      }
    }
  }

  private static void visit(ZipFile zip, ZipEntry entry, Budget budget, Visitor visitor)
      throws IOException {
    try (InputStream content =
        new BufferedInputStream(new Counted(zip.getInputStream(entry), budget))) {
      if (isNested(entry, content)) {
        visitor.refused(entry.getName(), Refused.NESTED_ARCHIVE);
      } else {
        visitor.file(entry.getName(), content);
      }
    } catch (ZipException e) {
      boolean encrypted = String.valueOf(e.getMessage()).contains("encrypted");
      visitor.refused(entry.getName(), encrypted ? Refused.ENCRYPTED : Refused.DAMAGED);
    }
  }

  /** A ZIP file by its content that does not call itself a document. */
  private static boolean isNested(ZipEntry entry, InputStream content) throws IOException {
    content.mark(4);
    byte[] head = content.readNBytes(4);
    content.reset();
    return startsLikeZip(head)
        && !entry
            .getName()
            .toLowerCase(Locale.ROOT)
            .matches(".*\\.(docx|dotx|docm|xlsx|xlsm|pptx|pptm|odt|ods|odp|odg|epub)");
  }

  private static final class Budget {
    private long left = MOST_BYTES;

    void take(long bytes) throws LimitException {
      left -= bytes;
      if (left < 0) {
        throw new LimitException(
            "unpacked_size", "the archive unpacks to more than %d bytes".formatted(MOST_BYTES));
      }
    }
  }

  private static final class Counted extends FilterInputStream {
    private final Budget budget;

    Counted(InputStream in, Budget budget) {
      super(in);
      this.budget = budget;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      if (read >= 0) {
        budget.take(1);
      }
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count = super.read(buffer, offset, length);
      if (count > 0) {
        budget.take(count);
      }
      return count;
    }
  }
}
