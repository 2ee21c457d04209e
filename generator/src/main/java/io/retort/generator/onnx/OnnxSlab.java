package io.retort.generator.onnx;

import io.retort.generator.RetroModel;
import java.nio.FloatBuffer;

/**
 * One neighbour as it was read, on the heap. L levels of CCA, G key-value heads, R tokens, D head
 * width, C copy width; row-major.
 */
record OnnxSlab(
    int length, // R
    FloatBuffer keys, // [L, G, R, D]
    FloatBuffer values, // [L, G, R, D]
    FloatBuffer copyKeys, // [R, C]
    FloatBuffer spanScores) // [R, 2]
    implements RetroModel.Slab {
  @Override
  public float startScore(int j) {
    return spanScores.get(2 * j);
  }

  @Override
  public float endScore(int j) {
    return spanScores.get(2 * j + 1);
  }
}
