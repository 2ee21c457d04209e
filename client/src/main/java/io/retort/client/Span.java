package io.retort.client;

/** A run of Unicode code points: {@code start} inclusive, {@code end} exclusive. */
public record Span(int start, int end) {
  /** The code points of {@code text} that this span covers. */
  public String of(String text) {
    int from = text.offsetByCodePoints(0, start);
    return text.substring(from, text.offsetByCodePoints(from, end - start));
  }
}
