package io.retort.generator;

import io.retort.data.RequestLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The seam to the two graphs: reading a neighbour, and decoding with neighbours. Tokens in, numbers
 * out; it knows nothing of sampling, retrieval or text. Safe for use by many threads, each {@link
 * Decoding} by one at a time; whoever opens a model closes it.
 */
public interface RetroModel extends AutoCloseable {
  /**
   * Reads one neighbour.
   *
   * @throws RunInterruptedException if the limits ran out meanwhile
   */
  Slab read(ReaderInput input, RequestLimits limits);

  /**
   * Puts neighbours side by side on one key axis of M positions, in their order.
   *
   * @param slabs at least one
   * @param salience [M, 2] log-probabilities that a supporting span starts here, and that one ended
   *     just before
   */
  Memory memory(List<Slab> slabs, float[] salience);

  /** Begins an empty sequence that can grow to {@code capacity} tokens. */
  Decoding decode(int capacity, RequestLimits limits);

  /** {@code cpu}, {@code cuda} or {@code cpu(fallback: reason)}. */
  String device();

  /** Bytes outside the heap: weights as large as their files, and the tensors that are open. */
  long nativeBytes();

  @Override
  void close();

  /** What one neighbour contributes to a memory: R positions. Immutable. */
  interface Slab {
    /** R. */
    int length();

    /** Raw score of a supporting span that starts at position {@code j}; no span scores 0. */
    float startScore(int j);

    /** Raw score of a supporting span that ends at position {@code j}. */
    float endScore(int j);
  }

  /** Keys and values of all neighbours of one entry. Whoever made it closes it. */
  interface Memory extends AutoCloseable {
    /** M. */
    int positions();

    @Override
    void close();
  }

  /** One sequence with its key-value cache. Whoever began it closes it. */
  interface Decoding extends AutoCloseable {
    /** Tokens in the cache. */
    int length();

    /** Forgets all tokens but the first {@code length}. */
    void truncate(int length);

    /**
     * Appends tokens that attend to no neighbour.
     *
     * @throws RunInterruptedException if the limits ran out meanwhile
     */
    void append(int[] tokens);

    /**
     * Appends tokens that all attend to {@code memory}, null if there is no neighbour. The result
     * has one row a token and is valid until the next call.
     *
     * @throws RunInterruptedException if the limits ran out meanwhile
     */
    DecoderRows append(int[] tokens, @Nullable Memory memory);

    @Override
    void close();
  }
}
