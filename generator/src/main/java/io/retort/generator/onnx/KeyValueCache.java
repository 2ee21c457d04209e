package io.retort.generator.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.retort.encoder.ModelConfig;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Keys and values of a sequence, outside the heap. The graph reads them as its past and writes its
 * present over the same memory, so a step copies nothing: the same tensor is input and pinned
 * output. [1, G, MAX, D] a layer and part: G key-value heads, MAX capacity, D head width.
 */
final class KeyValueCache implements AutoCloseable {
  private final int capacity;
  private final Tensors tensors;
  private final Map<String, OnnxTensor> pinned = new HashMap<>();

  private KeyValueCache(int capacity, Tensors tensors) {
    this.capacity = capacity;
    this.tensors = tensors;
  }

  static KeyValueCache of(int capacity, ModelConfig.Decoder shape, Handles handles)
      throws OrtException {
    var cache = new KeyValueCache(capacity, new Tensors(handles));
    try {
      for (int layer = 0; layer < shape.layers(); layer++) {
        cache.add("_keys_" + layer, shape);
        cache.add("_values_" + layer, shape);
      }
      return cache;
    } catch (RuntimeException | OrtException e) {
      cache.close(); // nobody else holds it yet
      throw e;
    }
  }

  private void add(String name, ModelConfig.Decoder shape) throws OrtException {
    FloatBuffer memory = tensors.floats((long) shape.kvHeads() * capacity * shape.headDim());
    OnnxTensor tensor =
        tensors.add("past" + name, memory, 1, shape.kvHeads(), capacity, shape.headDim());
    pinned.put("present" + name, tensor);
  }

  int capacity() {
    return capacity;
  }

  /** Inputs of the decoder. */
  Map<String, OnnxTensor> past() {
    return tensors.byName();
  }

  /** Outputs of the decoder, the same tensors. */
  Map<String, OnnxTensor> present() {
    return pinned;
  }

  @Override
  public void close() {
    tensors.close();
  }
}
