package io.retort.indexer.parse.office;

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
 * comes out is what counts.
 */
final class PackageGuard {
  private static final int PIECE = 1 << 16;

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
        try (InputStream in = zip.getInputStream(entries.nextElement())) {
          for (int read = in.read(piece); read > 0; read = in.read(piece)) {
            unpacked += read;
            sink.alive();
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
}
