package io.retort.data;

import java.util.Arrays;

/** A unit-length text embedding; two are compared by their dot product. Immutable. */
public final class Embedding {
  private static final double UNIT_TOLERANCE = 1e-3;
  private final float[] values; // [H]

  /** Copies {@code values}, which must be finite and of unit length. */
  public Embedding(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    if (!(Math.abs(Math.sqrt(squares) - 1) <= UNIT_TOLERANCE)) {
      throw new IllegalArgumentException(
          "an embedding has unit length, this one has " + Math.sqrt(squares));
    }
    this.values = values.clone();
  }

  public int dimension() {
    return values.length;
  }

  public float[] toArray() {
    return values.clone();
  }

  public double dot(Embedding other) {
    if (other.values.length != values.length) {
      throw new IllegalArgumentException(
          "embedding dimension " + values.length + " differs from " + other.values.length);
    }
    double sum = 0;
    for (int h = 0; h < values.length; h++) {
      sum += (double) values[h] * other.values[h];
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Embedding e && Arrays.equals(values, e.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "Embedding[" + values.length + "]";
  }
}
