package io.retort.encoder.tokenizers;

import java.util.Arrays;

/**
 * GPT-2's way to write bytes as visible characters: printable Latin-1 stands for itself, the other
 * bytes for the characters from U+0100 on, in their order.
 */
final class ByteLevelAlphabet {
  private static final int[] BYTE_OF = bytes(); // by character, -1 where none

  private ByteLevelAlphabet() {}

  /** The bytes that a token of the vocabulary stands for. */
  static byte[] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= BYTE_OF.length || BYTE_OF[c] < 0) {
        throw new IllegalArgumentException(
            "not a byte-level token: '%s' has U+%04X".formatted(token, (int) c));
      }
      bytes[i] = (byte) BYTE_OF[c];
    }
    return bytes;
  }

  private static int[] bytes() {
    int[] byteOf = new int[0x100 + 0x44];
    Arrays.fill(byteOf, -1);
    int hidden = 0x100;
    for (int b = 0; b < 0x100; b++) {
      boolean visible = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      byteOf[visible ? b : hidden++] = b;
    }
    return byteOf;
  }
}
