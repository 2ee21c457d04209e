package io.retort.indexer.parse;

import io.retort.data.store.Reason;
import io.retort.indexer.ParseOutcome;
import io.retort.indexer.ParsedDocument;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** From what a parser said to what became of the file. */
final class Outcomes {
  /** A document of fewer visible characters has no text; in plain text one is enough. */
  private static final int LITTLE = 20;

  /** Formats whose bytes are their text, so that little text is what the author wrote. */
  private static final Set<String> PLAIN =
      Set.of(
          TextKind.PLAIN,
          TextKind.MARKDOWN,
          "text/csv",
          "text/tab-separated-values",
          "application/json",
          "application/jsonl");

  private Outcomes() {}

  static ParseOutcome emptyFile() {
    return new ParseOutcome.NoText(
        new ParsedDocument("", null, TextKind.PLAIN, List.of(), List.of(), List.of()),
        new Reason("empty", "the file is empty"));
  }

  /** What all text that could be had comes to. */
  static ParseOutcome complete(DocumentAssembly assembly, long bytes) {
    ParsedDocument document = assembly.finish(bytes);
    if (hasText(assembly, document)) {
      return new ParseOutcome.Parsed(document);
    }
    Reason reason =
        assembly.pictures()
            ? new Reason("image_only", "the file holds pictures and no text")
            : new Reason("empty", "the file holds no text, or next to none");
    return new ParseOutcome.NoText(document, reason);
  }

  private static boolean hasText(DocumentAssembly assembly, ParsedDocument document) {
    return assembly.visible() >= (PLAIN.contains(document.mediaType()) ? 1 : LITTLE);
  }

  /** What cut text comes to. */
  static ParseOutcome partial(DocumentAssembly assembly, long bytes, Reason reason) {
    ParsedDocument document = assembly.finish(bytes);
    return hasText(assembly, document)
        ? new ParseOutcome.Partial(document, reason)
        : new ParseOutcome.NoText(document, reason);
  }

  static ParseOutcome judged(
      Verdict verdict, DocumentAssembly assembly, long bytes, boolean calledText) {
    return switch (verdict.kind()) {
      case PARSED -> complete(assembly, bytes);
      case PARTIAL -> partial(assembly, bytes, reason(verdict));
      case ENCRYPTED -> new ParseOutcome.Encrypted(reason(verdict));
      case UNSUPPORTED -> unsupported(verdict, assembly.finish(0), calledText);
      case LIMIT -> new ParseOutcome.Limit(reason(verdict));
      case FAILED -> new ParseOutcome.Failed(reason(verdict));
    };
  }

  private static ParseOutcome unsupported(
      Verdict verdict, ParsedDocument nothing, boolean calledText) {
    String type = nothing.mediaType();
    if (type.startsWith("image/")) {
      return new ParseOutcome.NoText(
          nothing, new Reason("image_only", "the file is a picture; its text is not read"));
    }
    if (calledText && (type.equals("application/octet-stream") || type.equals(TextKind.PLAIN))) {
      return new ParseOutcome.NoText(
          nothing,
          new Reason("charset", "the file is called text, but is text in no known charset"));
    }
    return new ParseOutcome.Unsupported(reason(verdict));
  }

  private static Reason reason(Verdict verdict) {
    return new Reason(verdict.code(), verdict.message());
  }

  static ParseOutcome outOfTime(Duration time, DocumentAssembly assembly, long bytes) {
    var reason =
        new Reason(
            "parser_time", "reading the file took longer than %d s".formatted(time.toSeconds()));
    return assembly.visible() < LITTLE
        ? new ParseOutcome.Limit(reason)
        : partial(assembly, bytes, reason);
  }

  static ParseOutcome outOfMemory(int megabytes) {
    return new ParseOutcome.Limit(
        new Reason("parser_memory", "reading the file takes more than %d MB".formatted(megabytes)));
  }

  static ParseOutcome poison(int attempts, String how) {
    return new ParseOutcome.Failed(
        new Reason(
            "poison",
            attempts == 1
                ? "the parser stopped " + how
                : "the parser stopped %d times, last %s".formatted(attempts, how)));
  }
}
