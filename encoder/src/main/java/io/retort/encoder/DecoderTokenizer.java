package io.retort.encoder;

/**
 * The decoder's byte-level BPE. Text is never trusted: what looks like a special token in it
 * ({@code <|im_start|>}) becomes ordinary tokens. Only {@link #encodeTemplate} knows special
 * tokens, and it is for our own templates. Safe for use by many threads; whoever opens a tokenizer
 * closes it.
 */
public interface DecoderTokenizer extends AutoCloseable {
  /**
   * The tokens of a text; no special id among them, whatever the text says. A character that the
   * vocabulary has no bytes for (a few control characters and unassigned planes) has no token.
   */
  Tokens encode(String text);

  /** The ids of a trusted template, in which special tokens are recognised. */
  int[] encodeTemplate(String template);

  /**
   * The text of the ids. Special ids stand for no text; bytes that are not UTF-8 become U+FFFD, as
   * {@link String} decodes them.
   */
  String decode(int[] ids);

  /**
   * The UTF-8 bytes that an id stands for, possibly a part of a character; empty for a special id.
   */
  byte[] bytes(int id);

  /** The id of a special token such as {@code <|im_end|>}. */
  int specialId(String token);

  /** How many ids there are; they count from 0. */
  int vocabulary();

  /** Sha256 of the file the tokenizer was read from: equal means equal tokens. */
  String sha256();

  @Override
  void close();
}
