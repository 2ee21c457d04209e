package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.mozilla.universalchardet.UniversalDetector;

/**
 * Reads a whole file once and says whether it is text, and in which charset: by its byte order
 * mark, else by being UTF-8 or UTF-16, else by the statistics of older charsets.
 */
final class TextProbe {
  /** The beginning, in which markup announces itself. */
  private static final int HEAD = 4_096;

  private static final int PIECE = 1 << 16;

  private final UniversalDetector detector = new UniversalDetector();
  private final SingleByteCharset singleByte = new SingleByteCharset();
  private final Utf8Count utf8 = new Utf8Count();
  private final byte[] head = new byte[HEAD];
  private int headLength;
  private long bytes;
  private long nulsAtEven;
  private long nulsAtOdd;
  private long controls;
  private long high;

  private TextProbe() {}

  /**
   * What was found.
   *
   * @param charset null if this is no text
   * @param head the beginning of the file; read as Latin-1 if the charset is unknown
   */
  record Finding(@Nullable Charset charset, String head, long bytes) {}

  static Finding of(Path file) throws IOException {
    var probe = new TextProbe();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] piece = new byte[PIECE];
      for (int read = in.read(piece); read > 0; read = in.read(piece)) {
        probe.add(piece, read);
      }
    }
    Charset charset = probe.charset();
    var head = new String(probe.head, 0, probe.headLength, charset == null ? ISO_8859_1 : charset);
    return new Finding(charset, head.startsWith("\uFEFF") ? head.substring(1) : head, probe.bytes);
  }

  private void add(byte[] piece, int length) {
    if (headLength < HEAD) {
      int taken = Math.min(length, HEAD - headLength);
      System.arraycopy(piece, 0, head, headLength, taken);
      headLength += taken;
    }
    for (int i = 0; i < length; i++) {
      int b = piece[i] & 0xFF;
      utf8.add(b);
      singleByte.add(b);
      if (b == 0) {
        if (((bytes + i) & 1) == 0) {
          nulsAtEven++;
        } else {
          nulsAtOdd++;
        }
      } else if (b >= 0x80) {
        high++;
      } else if (b < 0x20 ? !isTextControl(b) : b == 0x7F) {
        controls++;
      }
    }
    bytes += length;
    if (!detector.isDone()) {
      detector.handleData(piece, 0, length);
    }
  }

  private static boolean isTextControl(int b) {
    return (b >= 0x07 && b <= 0x0D) || b == 0x1B;
  }

  private @Nullable Charset charset() {
    Charset marked = byMark();
    if (marked != null) {
      return marked;
    }
    Charset wide = utf16();
    if (wide != null) {
      return wide;
    }
    long nuls = nulsAtEven + nulsAtOdd;
    boolean mostlyText = controls * 50 <= bytes && nuls * 2 <= bytes;
    detector.dataEnd();
    Charset detected = supported(detector.getDetectedCharset());
    if (high == 0) {
      // ASCII, unless escapes make a Japanese or Korean text of it.
      return mostlyText ? (detected == null ? UTF_8 : detected) : null;
    }
    if (utf8.broken() * 10 <= utf8.whole() && mostlyText) {
      return UTF_8;
    }
    if (controls * 100 + nuls * 100 > bytes) {
      return null;
    }
    if (detected != null && isWide(detected)) {
      return detected;
    }
    return singleByte.best(detected, high * 3 > bytes).orElse(null);
  }

  /** Whether a charset has characters of more than one byte. */
  private static boolean isWide(Charset charset) {
    return !charset.canEncode() || charset.newEncoder().maxBytesPerChar() > 1;
  }

  private @Nullable Charset byMark() {
    if (startsWith(0xEF, 0xBB, 0xBF)) {
      return UTF_8;
    }
    if (startsWith(0xFF, 0xFE, 0, 0)) {
      return Charset.forName("UTF-32LE");
    }
    if (startsWith(0, 0, 0xFE, 0xFF)) {
      return Charset.forName("UTF-32BE");
    }
    if (startsWith(0xFF, 0xFE) && bytes % 2 == 0) {
      return UTF_16LE;
    }
    if (startsWith(0xFE, 0xFF) && bytes % 2 == 0) {
      return UTF_16BE;
    }
    return null;
  }

  private boolean startsWith(int... mark) {
    if (headLength < mark.length) {
      return false;
    }
    for (int i = 0; i < mark.length; i++) {
      if ((head[i] & 0xFF) != mark[i]) {
        return false;
      }
    }
    return true;
  }

  /** Latin letters and spaces in UTF-16 have their zero bytes on one side only. */
  private @Nullable Charset utf16() {
    if (bytes % 2 != 0 || bytes < 4) {
      return null;
    }
    long units = bytes / 2;
    if (nulsAtOdd * 10 >= units * 2 && nulsAtEven * 20 <= nulsAtOdd) {
      return UTF_16LE;
    }
    if (nulsAtEven * 10 >= units * 2 && nulsAtOdd * 20 <= nulsAtEven) {
      return UTF_16BE;
    }
    return null;
  }

  private static @Nullable Charset supported(@Nullable String name) {
    return name != null && Charset.isSupported(name) ? Charset.forName(name) : null;
  }

  /** Counts the multi-byte characters of UTF-8 and the bytes that belong to none. */
  private static final class Utf8Count {
    private int missing;
    private int first;
    private int position;
    private long whole;
    private long broken;

    void add(int b) {
      if (missing > 0) {
        if (continues(b)) {
          position++;
          missing--;
          if (missing == 0) {
            whole++;
          }
          return;
        }
        broken++;
        missing = 0;
      }
      if (b >= 0xC2 && b <= 0xF4) {
        first = b;
        position = 0;
        missing = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
      } else if (b >= 0x80) {
        broken++;
      }
    }

    private boolean continues(int b) {
      if (position > 0) {
        return b >= 0x80 && b <= 0xBF;
      }
      return switch (first) {
        case 0xE0 -> b >= 0xA0 && b <= 0xBF;
        case 0xED -> b >= 0x80 && b <= 0x9F;
        case 0xF0 -> b >= 0x90 && b <= 0xBF;
        case 0xF4 -> b >= 0x80 && b <= 0x8F;
        default -> b >= 0x80 && b <= 0xBF;
      };
    }

    long whole() {
      return whole;
    }

    long broken() {
      return broken;
    }
  }
}
