package io.retort.generator;

/**
 * What the decoder says after each of N rows, row-major: V vocabulary, M memory positions. The
 * arrays may be longer than their shape; they belong to the {@link RetroModel.Decoding} that gave
 * them and are overwritten by its next call.
 */
public final class DecoderRows {
  private final int rows;
  private final int vocabulary;
  private final int positions;
  private final float[] logits; // [N, V]
  private final float[] copyLog; // [N, M]
  private final float[] gates; // [N]

  /**
   * Keeps the arrays, without copying.
   *
   * @param positions M, 0 without neighbours
   */
  public DecoderRows(
      int rows, int vocabulary, int positions, float[] logits, float[] copyLog, float[] gates) {
    if (logits.length < rows * vocabulary
        || copyLog.length < rows * positions
        || gates.length < rows) {
      throw new GenerationFailedException(
          "%d rows of %d + %d need more than %d logits, %d copy log-probabilities, %d gates"
              .formatted(rows, vocabulary, positions, logits.length, copyLog.length, gates.length));
    }
    this.rows = rows;
    this.vocabulary = vocabulary;
    this.positions = positions;
    this.logits = logits;
    this.copyLog = copyLog;
    this.gates = gates;
  }

  public int rows() {
    return rows;
  }

  public int vocabulary() {
    return vocabulary;
  }

  public int positions() {
    return positions;
  }

  public float logit(int row, int token) {
    return logits[row * vocabulary + token];
  }

  public float copyLog(int row, int position) {
    return copyLog[row * positions + position];
  }

  /** The copy head's part of the mixture, exactly 0 where the row attends to nothing. */
  public float gate(int row) {
    return gates[row];
  }
}
