package io.retort.generator.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.retort.encoder.onnx.OnnxSessions;
import io.retort.generator.GenerationFailedException;
import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Named tensors, closed together, and with them the native memory that was taken for them here. The
 * owner closes it, also after a failure in the middle.
 */
final class Tensors implements AutoCloseable {
  private final OrtEnvironment environment = OnnxSessions.environment();
  private final Handles handles;
  private final Map<String, OnnxTensor> byName = new HashMap<>();
  private final Arena arena = Arena.ofShared();
  private long taken;
  private boolean open = true;

  Tensors(Handles handles) {
    this.handles = handles;
    handles.opened();
  }

  /** Zeroes outside the heap, which a tensor over them sees as they change. */
  FloatBuffer floats(long count) {
    long bytes = count * Float.BYTES;
    var memory = arena.allocate(bytes, 64);
    taken += bytes;
    handles.took(bytes);
    return memory.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  /** A tensor over the buffer itself if it is a direct one, over a copy if it is not. */
  OnnxTensor add(String name, FloatBuffer values, long... shape) throws OrtException {
    return add(name, OnnxTensor.createTensor(environment, values, shape));
  }

  OnnxTensor add(String name, long[] values, long... shape) throws OrtException {
    return add(name, OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape));
  }

  OnnxTensor add(String name, int[] values, long... shape) throws OrtException {
    return add(name, OnnxTensor.createTensor(environment, IntBuffer.wrap(values), shape));
  }

  private OnnxTensor add(String name, OnnxTensor tensor) {
    byName.put(name, tensor);
    return tensor;
  }

  Map<String, OnnxTensor> byName() {
    return byName;
  }

  /** An output of a run, copied to the heap. */
  static float[] copy(OrtSession.Result outputs, String name) {
    return outputs
        .get(name)
        .map(value -> ((OnnxTensor) value).getFloatBuffer().array())
        .orElseThrow(() -> new GenerationFailedException("a graph gave no " + name));
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      byName.values().forEach(OnnxTensor::close);
      arena.close();
      handles.gaveBack(taken);
      handles.closed();
    }
  }
}
