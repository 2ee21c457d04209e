package io.retort.indexer.parse;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.tika.detect.DefaultDetector;
import org.apache.tika.detect.Detector;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;

/** What a binary file is, by its content alone: its name is not even asked. */
final class ContentTypes {
  private final Detector detector = new DefaultDetector();

  /** The media type without parameters; {@code application/octet-stream} if nothing is known. */
  String of(Path file) throws IOException {
    var metadata = new Metadata();
    try (TikaInputStream in = TikaInputStream.get(file, metadata)) {
      // get() notes the file's name, and the detector would weigh it.
      return detector.detect(in, new Metadata()).getBaseType().toString();
    }
  }
}
