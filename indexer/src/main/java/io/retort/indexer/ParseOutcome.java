package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import io.retort.data.store.Reason;

/** What became of parsing one file. Every case but {@link Parsed} says why, in one sentence. */
public sealed interface ParseOutcome {
  /** All of its text. */
  record Parsed(ParsedDocument document) implements ParseOutcome {
    public Parsed {
      requireNonNull(document, "document");
    }
  }

  /**
   * What could be read. The reason names what is missing: {@code pages_failed}, or the limit that
   * cut the text ({@code text_size}, {@code parser_time}).
   */
  record Partial(ParsedDocument document, Reason reason) implements ParseOutcome {
    public Partial {
      requireNonNull(document, "document");
      requireNonNull(reason, "reason");
    }
  }

  /**
   * Too little to see: {@code image_only}, {@code charset}, {@code empty}. The document holds the
   * little there is, perhaps nothing.
   */
  record NoText(ParsedDocument document, Reason reason) implements ParseOutcome {
    public NoText {
      requireNonNull(document, "document");
      requireNonNull(reason, "reason");
    }
  }

  /** It opens with a password only ({@code encrypted}). */
  record Encrypted(Reason reason) implements ParseOutcome {
    public Encrypted {
      requireNonNull(reason, "reason");
    }
  }

  /** No parser for this content ({@code unsupported}). */
  record Unsupported(Reason reason) implements ParseOutcome {
    public Unsupported {
      requireNonNull(reason, "reason");
    }
  }

  /**
   * A limit was met and no text is kept: {@code unpacked_size}, {@code archive_entries}, {@code
   * nesting_depth}, {@code parser_time}, {@code parser_memory}.
   */
  record Limit(Reason reason) implements ParseOutcome {
    public Limit {
      requireNonNull(reason, "reason");
    }
  }

  /**
   * The file is broken ({@code corrupt}), the original cannot be read ({@code original_missing}),
   * or its parser crashed or hung in every try ({@code poison}).
   */
  record Failed(Reason reason) implements ParseOutcome {
    public Failed {
      requireNonNull(reason, "reason");
    }
  }
}
