package io.retort.generator.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.retort.encoder.ModelConfig;
import io.retort.generator.RetroModel;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/**
 * Neighbours side by side as tensors outside the heap, which every step of an entry takes as they
 * are. L levels of CCA, G key-value heads, M positions, R of one neighbour, D head width, C copy
 * width; row-major.
 */
final class OnnxMemory implements RetroModel.Memory {
  private final int positions;
  private final Tensors tensors;

  private OnnxMemory(int positions, Tensors tensors) {
    this.positions = positions;
    this.tensors = tensors;
  }

  static OnnxMemory of(
      List<OnnxSlab> slabs, float[] salience, ModelConfig.Decoder shape, Handles handles)
      throws OrtException {
    int positions = slabs.stream().mapToInt(OnnxSlab::length).sum();
    if (positions == 0 || salience.length != 2 * positions) {
      throw new IllegalArgumentException(
          "%d positions with %d saliences".formatted(positions, salience.length));
    }
    var tensors = new Tensors(handles);
    try {
      for (int level = 0; level < shape.ccaLayers().size(); level++) {
        FloatBuffer keys = tensors.floats((long) shape.kvHeads() * positions * shape.headDim());
        FloatBuffer values = tensors.floats((long) shape.kvHeads() * positions * shape.headDim());
        for (int head = 0; head < shape.kvHeads(); head++) {
          int plane = level * shape.kvHeads() + head;
          int row = head * positions;
          for (OnnxSlab slab : slabs) {
            int from = plane * slab.length() * shape.headDim();
            int size = slab.length() * shape.headDim();
            keys.put(row * shape.headDim(), slab.keys(), from, size);
            values.put(row * shape.headDim(), slab.values(), from, size);
            row += slab.length();
          }
        }
        long[] slabShape = {shape.kvHeads(), positions, shape.headDim()};
        tensors.add("memory_keys_" + level, keys, slabShape);
        tensors.add("memory_values_" + level, values, slabShape);
      }
      FloatBuffer copyKeys = tensors.floats((long) positions * shape.copyDim());
      for (OnnxSlab slab : slabs) {
        copyKeys.put(slab.copyKeys().duplicate());
      }
      tensors.add("copy_keys", copyKeys.rewind(), positions, shape.copyDim());
      FloatBuffer both = tensors.floats(salience.length).put(salience).rewind();
      tensors.add("salience", both, positions, 2);
      return new OnnxMemory(positions, tensors);
    } catch (RuntimeException | OrtException e) {
      tensors.close(); // nobody else holds them yet
      throw e;
    }
  }

  /** One position that nothing may attend to: the graph has no form without a memory. */
  static OnnxMemory none(ModelConfig.Decoder shape, Handles handles) throws OrtException {
    int plane = shape.ccaLayers().size() * shape.kvHeads() * shape.headDim();
    var nothing =
        new OnnxSlab(
            1,
            FloatBuffer.allocate(plane),
            FloatBuffer.allocate(plane),
            FloatBuffer.allocate(shape.copyDim()),
            FloatBuffer.allocate(2));
    return of(List.of(nothing), new float[2], shape, handles);
  }

  @Override
  public int positions() {
    return positions;
  }

  /** Inputs of the decoder. */
  Map<String, OnnxTensor> byName() {
    return tensors.byName();
  }

  @Override
  public void close() {
    tensors.close();
  }
}
