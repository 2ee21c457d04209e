package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The forked end of a {@link TextSink}: text goes out in frames as it comes, so that the other end
 * sees progress, and no further than the limits allow.
 */
final class FrameSink implements TextSink {
  private static final int PIECE = 8_192;
  private static final long SIGN_OF_LIFE = TimeUnit.SECONDS.toNanos(1);

  /** From so many characters on, a text may not be more than so many times its file. */
  private static final int RATIO_FROM = 1_000_000;

  private static final int RATIO = 100;

  private final OutputStream out;
  private final int limit;
  private final long fileBytes;
  private final CharsetEncoder encoder =
      UTF_8
          .newEncoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .replaceWith("\uFFFD".getBytes(UTF_8));
  private final StringBuilder piece = new StringBuilder(PIECE + 16);

  /** One for each code point of the piece, or none at all if nothing of it has a box. */
  private final List<@Nullable GlyphBox> boxes = new ArrayList<>();

  private long lastFrame = System.nanoTime();
  private int length;
  private @Nullable Verdict stopped;
  private @Nullable Verdict missing;
  private boolean pictures;

  /**
   * @param limit code points of text that go out at most
   * @param fileBytes the size of the file they come from
   */
  FrameSink(OutputStream out, int limit, long fileBytes) {
    this.out = out;
    this.limit = limit;
    this.fileBytes = fileBytes;
  }

  @Override
  public void text(CharSequence text) {
    stopIfFull();
    if (!boxes.isEmpty()) {
      int points = Character.codePointCount(text, 0, text.length());
      placed(text, Collections.nCopies(points, null));
      return;
    }
    int from = 0;
    while (from < text.length()) {
      int to = Math.min(text.length(), from + PIECE);
      append(text, from, to);
      from = to;
    }
    if (piece.length() >= PIECE || silentFor(SIGN_OF_LIFE)) {
      flush();
    }
  }

  private void append(CharSequence text, int from, int to) {
    int points = Character.codePointCount(text, from, to);
    int kept = to;
    if (points > limit - length) {
      kept = Character.offsetByCodePoints(text, from, limit - length);
    }
    piece.append(text, from, kept);
    length += Character.codePointCount(text, from, kept);
    if (piece.length() >= PIECE) {
      flush();
    }
    stopBeyondLimits(kept < to);
  }

  @Override
  public void placed(CharSequence text, List<@Nullable GlyphBox> places) {
    stopIfFull();
    if (boxes.isEmpty()) {
      flush();
      if (!piece.isEmpty()) { // half of a pair whose other half does not come
        send(FrameType.TEXT, utf8(piece.toString()));
        piece.setLength(0);
      }
    }
    int from = 0;
    for (int at = 0; at < places.size(); ) {
      int points = Math.min(places.size() - at, PlacedText.MOST - boxes.size());
      int kept = Math.min(points, limit - length);
      int to = Character.offsetByCodePoints(text, from, kept);
      piece.append(wellFormed(text.subSequence(from, to)));
      boxes.addAll(places.subList(at, at + kept));
      length += kept;
      if (boxes.size() == PlacedText.MOST) {
        flush();
      }
      stopBeyondLimits(kept < points);
      from = to;
      at += kept;
    }
    if (silentFor(SIGN_OF_LIFE)) {
      flush();
    }
  }

  /** With U+FFFD for lone surrogates, so that pieces have as many code points alone as together. */
  private static String wellFormed(CharSequence text) {
    var whole = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
        .forEach(whole::appendCodePoint);
    return whole.toString();
  }

  private void stopBeyondLimits(boolean cut) {
    if (cut) {
      stop(
          new Verdict(
              Verdict.Kind.PARTIAL,
              "text_size",
              "the text was cut after %d characters".formatted(limit)));
    }
    if (length > RATIO_FROM && length / RATIO > fileBytes) {
      stop(
          new Verdict(
              Verdict.Kind.LIMIT,
              "unpacked_size",
              "the file unpacks to more than %d times its size".formatted(RATIO)));
    }
  }

  private void stop(Verdict verdict) {
    flush();
    stopped = verdict;
    throw new EnoughTextException();
  }

  private void stopIfFull() {
    if (stopped != null) {
      throw new EnoughTextException();
    }
  }

  @Override
  public void beginHeading(int level) {
    flush();
    send(FrameType.HEADING, new byte[] {(byte) Math.clamp(level, 1, 9)});
  }

  @Override
  public void endHeading() {
    flush();
    send(FrameType.HEADING_END, new byte[0]);
  }

  @Override
  public void beginPage(int number) {
    flush();
    send(FrameType.PAGE, ByteBuffer.allocate(4).putInt(number).array());
  }

  @Override
  public void endPage() {
    flush();
    send(FrameType.PAGE_END, new byte[0]);
  }

  @Override
  public void title(String title) {
    String kept = title.length() > 1_000 ? title.substring(0, 1_000) : title;
    send(FrameType.TITLE, kept.getBytes(UTF_8));
  }

  @Override
  public void warning(String code) {
    send(FrameType.WARNING, code.getBytes(UTF_8));
  }

  @Override
  public void pictures() {
    if (!pictures) {
      pictures = true;
      send(FrameType.PICTURES, new byte[0]);
    }
  }

  @Override
  public void missing(String code, String message) {
    if (missing == null) {
      missing = new Verdict(Verdict.Kind.PARTIAL, code, message);
    }
  }

  @Override
  public void alive() {
    if (silentFor(SIGN_OF_LIFE)) {
      flush();
      send(FrameType.ALIVE, new byte[0]);
    }
  }

  /** Why the parser was stopped, null if it was not. */
  @Nullable Verdict stopped() {
    return stopped;
  }

  /** What could not be read, null if nothing. */
  @Nullable Verdict missing() {
    return missing;
  }

  void mediaType(String mediaType) {
    send(FrameType.MEDIA_TYPE, mediaType.getBytes(UTF_8));
  }

  void end(Verdict verdict) {
    flush();
    send(FrameType.END, verdict.toBytes());
  }

  private boolean silentFor(long nanos) {
    return System.nanoTime() - lastFrame > nanos;
  }

  private void flush() {
    if (!boxes.isEmpty()) {
      send(FrameType.PLACED, new PlacedText(piece.toString(), boxes).toBytes());
      piece.setLength(0);
      boxes.clear();
      return;
    }
    int end = piece.length();
    if (end > 0 && Character.isHighSurrogate(piece.charAt(end - 1))) {
      end--;
    }
    if (end > 0) {
      send(FrameType.TEXT, utf8(piece.substring(0, end)));
      piece.delete(0, end);
    }
  }

  /** UTF-8 with U+FFFD for lone surrogates, where {@link String#getBytes} would put a "?". */
  private byte[] utf8(String text) {
    try {
      ByteBuffer encoded = encoder.encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new IllegalStateException("the encoder replaces what it cannot encode", e);
    }
  }

  private void send(FrameType type, byte[] payload) {
    try {
      Frames.write(out, type, payload);
    } catch (IOException e) {
      throw new UncheckedIOException("nobody reads the parser's text any more", e);
    }
    lastFrame = System.nanoTime();
  }
}
