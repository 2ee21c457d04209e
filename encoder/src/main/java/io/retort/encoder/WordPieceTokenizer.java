package io.retort.encoder;

/**
 * BERT's uncased WordPiece, for the retrieval encoder and the neighbour encoder. Text is never
 * trusted: {@code [SEP]} in it becomes ordinary pieces. Safe for use by many threads; whoever opens
 * a tokenizer closes it.
 */
public interface WordPieceTokenizer extends AutoCloseable {
  /**
   * The word pieces of a text, without {@code [CLS]} and {@code [SEP]}. A word without pieces in
   * the vocabulary becomes {@code [UNK]}, the only special id that text can lead to.
   */
  Tokens encode(String text);

  int clsId();

  int sepId();

  /** How many ids there are; they count from 0. */
  int vocabulary();

  /** Sha256 of the file the tokenizer was read from: equal means equal tokens. */
  String sha256();

  @Override
  void close();
}
