package io.retort.indexer.parse;

import io.retort.data.store.Reason;
import io.retort.indexer.ParseOutcome;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;

/** Text whose bytes are its text: the one format that is read in this JVM, in a stream. */
final class PlainText {
  private static final int PIECE = 1 << 14;

  private PlainText() {}

  static ParseOutcome parse(
      Path file, String mediaType, Charset charset, long bytes, ParseLimits limits)
      throws IOException, InterruptedException {
    var assembly = new DocumentAssembly(limits.characters(), mediaType);
    var decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    try (Reader in = new InputStreamReader(Files.newInputStream(file), decoder)) {
      var piece = new char[PIECE];
      boolean first = true;
      for (int read = in.read(piece); read > 0 && !assembly.full(); read = in.read(piece)) {
        if (Thread.interrupted()) {
          throw new InterruptedException("interrupted while reading a text");
        }
        int from = first && piece[0] == '\uFEFF' ? 1 : 0;
        first = false;
        assembly.text(new String(piece, from, read - from));
      }
    }
    if (assembly.full()) {
      return Outcomes.partial(
          assembly,
          bytes,
          new Reason(
              "text_size", "the text was cut after %d characters".formatted(limits.characters())));
    }
    return Outcomes.complete(assembly, bytes);
  }
}
