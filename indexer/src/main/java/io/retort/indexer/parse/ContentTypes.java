package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.tika.detect.DefaultDetector;
import org.apache.tika.detect.Detector;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;

/** What a binary file is, by its content alone: its name is not even asked. */
final class ContentTypes {
  private static final byte[] PDF = "%PDF-".getBytes(US_ASCII);

  private ContentTypes() {}

  /** Made when the first file asks: looking for all detectors takes half of a parser's start. */
  private static final class Detectors {
    static final Detector ALL = new DefaultDetector();
  }

  /** The media type without parameters; {@code application/octet-stream} if nothing is known. */
  static String of(Path file) throws IOException {
    if (startsWith(file, PDF)) {
      return "application/pdf"; // the commonest case needs no detectors
    }
    var metadata = new Metadata();
    try (TikaInputStream in = TikaInputStream.get(file, metadata)) {
      // get() notes the file's name, and the detector would weigh it.
      return Detectors.ALL.detect(in, new Metadata()).getBaseType().toString();
    }
  }

  private static boolean startsWith(Path file, byte[] magic) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(magic.length), magic);
    }
  }
}
