package io.retort.web.fakes;

import io.retort.data.store.Reason;
import io.retort.indexer.ParseOutcome;
import io.retort.indexer.ParsedDocument;
import io.retort.web.rooms.ExtractionSource;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Takes every file for UTF-8 text, in this JVM: for tests that are not about parsers. */
public final class PlainTextExtraction implements ExtractionSource {
  @Override
  public Opened open(Path tempFolder) {
    return new Opened((original, name, type) -> parse(original), () -> {});
  }

  private static ParseOutcome parse(Path original) {
    try {
      String text = Files.readString(original);
      var document = new ParsedDocument(text, null, "text/plain", List.of(), List.of(), List.of());
      return text.isBlank()
          ? new ParseOutcome.NoText(document, new Reason("empty", "There is no text in it."))
          : new ParseOutcome.Parsed(document);
    } catch (CharacterCodingException e) {
      return new ParseOutcome.Unsupported(
          new Reason("unsupported", "There is no parser for this content."));
    } catch (IOException e) {
      return new ParseOutcome.Failed(new Reason("original_missing", "It cannot be read."));
    }
  }
}
