package io.retort.generator;

/**
 * RETRO's chunk grid, and the only place that knows its off-by-one. The last token of a chunk is
 * the first that knows the whole chunk, so it and the next m − 1 positions attend to what was
 * retrieved for that chunk. The prompt is our first chunk, however short it is; the generated
 * tokens follow in chunks of m. What was retrieved for the prompt is entry 0, for generated chunk u
 * − 1 entry u.
 *
 * <p>Positions count from 0 through prompt and generated tokens. A position is an <em>input</em>
 * row: its output predicts the token after it, so generated chunk u was predicted from entry u
 * throughout.
 *
 * @param chunkLength m
 * @param promptLength tokens of the prompt, at least 1
 */
record ChunkGrid(int chunkLength, int promptLength) {
  ChunkGrid {
    if (chunkLength < 1 || promptLength < 1) {
      throw new IllegalArgumentException(
          "chunk length and prompt length must be positive: %d, %d"
              .formatted(chunkLength, promptLength));
    }
  }

  /** The entry that a position attends to, −1 for none. */
  int attendedEntry(int position) {
    int lastOfPrompt = promptLength - 1;
    return position < lastOfPrompt ? -1 : (position - lastOfPrompt) / chunkLength;
  }

  /** Whether the next step needs a new entry, now that {@code generated} tokens are there. */
  boolean needsEntry(int generated) {
    return generated > 0 && generated % chunkLength == 0;
  }

  /** How many more tokens can be predicted from the entry that predicts the next one. */
  int leftInChunk(int generated) {
    return chunkLength - generated % chunkLength;
  }

  /** How many entries served {@code generated} tokens; the question's entry is always there. */
  int entries(int generated) {
    return Math.max(1, Math.ceilDiv(generated, chunkLength));
  }
}
