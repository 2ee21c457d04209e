package io.retort.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.data.TextPlaces;
import io.retort.data.TextSpan;
import io.retort.data.store.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Plain text, but for files whose first line is a command. */
final class ScriptedExtraction implements TextExtraction {
  private final AtomicInteger calls = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);

  int calls() {
    return calls.get();
  }

  /** Lets files that begin {@code !wait} go on. */
  void open() {
    gate.countDown();
  }

  @Override
  public ParseOutcome parse(Path original, String name, @Nullable String declaredType)
      throws InterruptedException {
    calls.incrementAndGet();
    String text;
    try {
      text = Files.readString(original, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String command = text.lines().findFirst().orElse("");
    if (command.startsWith("!wait")) {
      gate.await();
    }
    return switch (command) {
      case "!encrypted" ->
          new ParseOutcome.Encrypted(new Reason("encrypted", "it opens with a password only"));
      case "!unsupported" ->
          new ParseOutcome.Unsupported(new Reason("unsupported", "no parser for this content"));
      case "!limit" -> new ParseOutcome.Limit(new Reason("parser_time", "it took too long"));
      case "!poison" -> new ParseOutcome.Failed(new Reason("poison", "the parser stopped"));
      case "!bug" -> throw new IllegalStateException("a mistake of ours");
      case "!partial" ->
          new ParseOutcome.Partial(
              document(text), new Reason("pages_failed", "page 2 could not be read"));
      case "!placed" -> new ParseOutcome.Parsed(placed(text));
      default ->
          text.isBlank()
              ? new ParseOutcome.NoText(
                  document(text), new Reason("empty", "nothing but white space"))
              : new ParseOutcome.Parsed(document(text));
    };
  }

  /** Every letter is a point wide and stands on one line of the first page. */
  private static ParsedDocument placed(String text) {
    var places = new TextPlaces.Builder();
    for (int i = 0; i < text.length(); i++) {
      if (!Character.isWhitespace(text.charAt(i))) {
        int left = i * TextPlaces.STEPS;
        places.add(1, i, left, 0, left + TextPlaces.STEPS, 10 * TextPlaces.STEPS, false);
      }
    }
    return new ParsedDocument(
        text,
        null,
        "application/pdf",
        List.of(new PageSpan(1, new TextSpan(0, text.length()))),
        List.of(),
        places.build(),
        List.of());
  }

  private static ParsedDocument document(String text) {
    return new ParsedDocument(text, null, "text/plain", List.of(), List.of(), List.of());
  }
}
