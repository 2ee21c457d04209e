package io.retort.encoder.tokenizers;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.retort.encoder.Tokens;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * One tokenizer of the native library. Safe for use by many threads; {@link #close} waits for calls
 * that are under way, since the library would read freed memory.
 */
final class NativeTokenizer implements AutoCloseable {
  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private final HuggingFaceTokenizer tokenizer;
  private final Set<Integer> forbidden;
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  private boolean closed;

  private NativeTokenizer(HuggingFaceTokenizer tokenizer, Set<Integer> forbidden) {
    this.tokenizer = tokenizer;
    this.forbidden = forbidden;
  }

  /**
   * Loads a tokenizer without special tokens.
   *
   * @param forbidden ids that no text may lead to
   */
  static NativeTokenizer load(String plainJson, Set<Integer> forbidden) {
    DjlLibrary.load();
    try {
      return new NativeTokenizer(
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(plainJson.getBytes(UTF_8)), OPTIONS),
          Set.copyOf(forbidden));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  Tokens encode(String text) {
    Encoding encoding;
    use.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the tokenizer is closed");
      }
      encoding = tokenizer.encode(wellFormed(text), false, false);
    } finally {
      use.readLock().unlock();
    }
    return tokens(encoding);
  }

  private Tokens tokens(Encoding encoding) {
    long[] ids = encoding.getIds();
    CharSpan[] spans = encoding.getCharTokenSpans(); // in code points, as Rust counts characters
    int[] id = new int[ids.length];
    int[] start = new int[ids.length];
    int[] end = new int[ids.length];
    for (int t = 0; t < ids.length; t++) {
      id[t] = Math.toIntExact(ids[t]);
      if (forbidden.contains(id[t])) {
        throw new IllegalStateException("text led to the special id " + id[t]);
      }
      start[t] = spans[t].getStart();
      end[t] = spans[t].getEnd();
    }
    return new Tokens(id, start, end);
  }

  /**
   * The text with lone surrogates, which no UTF-8 can say, as U+FFFD: one code point for another,
   * so that offsets stay what they are.
   */
  private static String wellFormed(String text) {
    StringBuilder repaired = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        if (repaired == null) {
          repaired = new StringBuilder(text);
        }
        repaired.setCharAt(i, '\ufffd');
      }
    }
    return repaired == null ? text : repaired.toString();
  }

  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        tokenizer.close();
      }
    } finally {
      use.writeLock().unlock();
    }
  }
}
