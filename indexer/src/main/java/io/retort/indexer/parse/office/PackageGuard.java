package io.retort.indexer.parse.office;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.retort.indexer.ParsedDocument;
import io.retort.indexer.parse.DocumentRefusedException;
import io.retort.indexer.parse.SourceFile;
import io.retort.indexer.parse.TextSink;
import java.io.IOException;
import java.io.InputStream;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Unpacks a package to nowhere before a parser sees it, and counts. Declared sizes lie, so what
 * comes out is what counts. On the way it looks for words that Word does not show.
 */
final class PackageGuard {
  private static final int PIECE = 1 << 16;
  private static final byte[] HIDDEN = "<w:vanish/>".getBytes(US_ASCII);
  private static final byte[] NOTHING = {};

  private PackageGuard() {}

  static void check(SourceFile source, TextSink sink) throws IOException, DocumentRefusedException {
    try (var zip = new ZipFile(source.path().toFile())) {
      if (zip.size() > source.archiveEntries()) {
        throw DocumentRefusedException.limit(
            "archive_entries",
            "the file holds %d entries; at most %d are read"
                .formatted(zip.size(), source.archiveEntries()));
      }
      byte[] piece = new byte[PIECE];
      long unpacked = 0;
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        var hidden = new Needle(entry.getName().startsWith("word/") ? HIDDEN : NOTHING);
        try (InputStream in = zip.getInputStream(entry)) {
          for (int read = in.read(piece); read > 0; read = in.read(piece)) {
            unpacked += read;
            sink.alive();
            if (hidden.isIn(piece, read)) {
              sink.warning(ParsedDocument.HIDDEN_TEXT);
            }
            if (unpacked > source.unpackedBytes()) {
              throw DocumentRefusedException.limit(
                  "unpacked_size",
                  "the file unpacks to more than %d bytes".formatted(source.unpackedBytes()));
            }
          }
        }
      }
    } catch (ZipException e) {
      throw DocumentRefusedException.corrupt("the file's package is damaged");
    }
  }

  /** Looks for bytes in a stream that comes in pieces; they begin with their only "<". */
  private static final class Needle {
    private final byte[] bytes;
    private int matched;

    Needle(byte[] bytes) {
      this.bytes = bytes;
    }

    boolean isIn(byte[] piece, int length) {
      boolean found = false;
      for (int i = 0; i < length && bytes.length > 0; i++) {
        if (piece[i] == bytes[matched]) {
          matched++;
        } else {
          matched = piece[i] == bytes[0] ? 1 : 0;
        }
        if (matched == bytes.length) {
          found = true;
          matched = 0;
        }
      }
      return found;
    }
  }
}
