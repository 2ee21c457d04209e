package io.retort.generator;

import io.retort.data.Chunk;
import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.Tokens;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The text of a neighbour, the chunk and directly after it its continuation, as decoder tokens, at
 * most R of them, that know their place in the document.
 */
final class NeighbourText {
  private final Chunk chunk;
  private final @Nullable Chunk continuation;
  private final int[] text; // code points
  private final Tokens tokens;

  private NeighbourText(Chunk chunk, @Nullable Chunk continuation, int[] text, Tokens tokens) {
    this.chunk = chunk;
    this.continuation = continuation;
    this.text = text;
    this.tokens = tokens;
  }

  /**
   * Tokenises a neighbour. A continuation that does not begin where the chunk ends is left out: a
   * span over both would be no span of the document.
   */
  static NeighbourText of(Neighbour neighbour, DecoderTokenizer tokenizer, int retrievedLength) {
    Chunk chunk = neighbour.chunk();
    Chunk following = neighbour.continuation();
    if (following != null
        && (following.version() != chunk.version()
            || following.span().start() != chunk.span().end())) {
      following = null;
    }
    String text = following == null ? chunk.text() : chunk.text() + following.text();
    Tokens tokens = tokenizer.encode(text).first(retrievedLength);
    return new NeighbourText(chunk, following, text.codePoints().toArray(), tokens);
  }

  Chunk chunk() {
    return chunk;
  }

  Tokens tokens() {
    return tokens;
  }

  int[] codePoints() {
    return text;
  }

  String text(TextSpan span) {
    return new String(text, span.start(), span.length());
  }

  /** Where the visible characters of tokens {@code first} to {@code last} stand in the text. */
  TextSpan visible(int first, int last) {
    int start = tokens.start(first);
    int end = tokens.end(last);
    while (start < end && Words.isSpace(text[start])) {
      start++;
    }
    while (start < end && Words.isSpace(text[end - 1])) {
      end--;
    }
    return new TextSpan(start, end);
  }

  /** A span of the text, grown to whole words. */
  TextSpan widened(TextSpan span) {
    int start = span.start();
    int end = span.end();
    while (Words.cuts(text, start)) {
      start--;
    }
    while (Words.cuts(text, end)) {
      end++;
    }
    return new TextSpan(start, end);
  }

  /** A span of the text as a span of the document. */
  TextSpan inDocument(TextSpan span) {
    int start = chunk.span().start();
    return new TextSpan(start + span.start(), start + span.end());
  }

  /** The page on which a span of the text begins. */
  @Nullable Integer page(TextSpan span) {
    return continuation != null && span.start() >= chunk.span().length()
        ? continuation.page()
        : chunk.page();
  }

  @Override
  public String toString() {
    return chunk.id() + Arrays.toString(tokens.ids());
  }
}
