package io.retort.encoder;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;

/**
 * Turns tokens into text as they come, in whole characters: bytes of a character that is not
 * complete yet are kept back. All that is returned, joined, is what {@link DecoderTokenizer#decode}
 * gives. For one stream, by one thread at a time.
 */
public final class StreamedText {
  private static final int LONGEST_CHARACTER = 4; // bytes

  private final DecoderTokenizer tokenizer;
  private final CharsetDecoder decoder =
      UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private ByteBuffer kept = ByteBuffer.allocate(0);

  public StreamedText(DecoderTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** The characters that token {@code id} completes; empty if it completes none. */
  public String add(int id) {
    return decode(tokenizer.bytes(id), false);
  }

  /** What is left when the stream ends: U+FFFD for a character that was never completed. */
  public String end() {
    return decode(new byte[0], true);
  }

  private String decode(byte[] bytes, boolean last) {
    ByteBuffer in =
        ByteBuffer.allocate(kept.remaining() + bytes.length).put(kept).put(bytes).flip();
    CharBuffer out = CharBuffer.allocate(in.remaining() + LONGEST_CHARACTER);
    decoder.decode(in, out, last);
    if (last) {
      decoder.flush(out);
    }
    kept = in;
    return out.flip().toString();
  }
}
