package io.retort.encoder.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.retort.encoder.ModelIntegrityException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tensors that a graph takes and gives, as the program that runs it expects them. A graph may
 * give more than is expected; it may not take more.
 */
public record GraphSignature(List<Tensor> inputs, List<Tensor> outputs) {
  /** An axis of any length. */
  public static final long ANY = -1;

  public GraphSignature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** A tensor by name, element type and shape, where {@link #ANY} stands for any length. */
  public record Tensor(String name, OnnxJavaType type, List<Long> shape) {
    public Tensor {
      shape = List.copyOf(shape);
    }

    public static Tensor of(String name, OnnxJavaType type, long... shape) {
      return new Tensor(name, type, Arrays.stream(shape).boxed().toList());
    }

    /** An axis that the graph leaves open fits every length. */
    private boolean fits(@Nullable NodeInfo found) {
      if (found == null || !(found.getInfo() instanceof TensorInfo tensor)) {
        return false;
      }
      long[] axes = tensor.getShape();
      if (tensor.type != type || axes.length != shape.size()) {
        return false;
      }
      for (int axis = 0; axis < axes.length; axis++) {
        if (shape.get(axis) != ANY && axes[axis] != ANY && axes[axis] != shape.get(axis)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return describe(name, type, shape);
    }
  }

  /**
   * Compares the session's graph with this signature.
   *
   * @param file what the graph is called in a message
   * @throws ModelIntegrityException if it does not fit
   */
  void require(OrtSession session, String file) throws OrtException {
    Map<String, NodeInfo> taken = session.getInputInfo();
    Map<String, NodeInfo> given = session.getOutputInfo();
    for (Tensor input : inputs) {
      requireFit(input, "an input", taken, file);
    }
    for (Tensor output : outputs) {
      requireFit(output, "an output", given, file);
    }
    if (taken.size() > inputs.size()) {
      throw new ModelIntegrityException(
          file, "expected the inputs %s, the model has %s".formatted(inputs, list(taken.values())));
    }
  }

  private static void requireFit(
      Tensor tensor, String kind, Map<String, NodeInfo> found, String file) {
    if (!tensor.fits(found.get(tensor.name))) {
      throw new ModelIntegrityException(
          file, "expected %s %s, the model has %s".formatted(kind, tensor, list(found.values())));
    }
  }

  private static String list(Collection<NodeInfo> nodes) {
    return nodes.stream()
        .map(
            node ->
                node.getInfo() instanceof TensorInfo tensor
                    ? describe(
                        node.getName(),
                        tensor.type,
                        Arrays.stream(tensor.getShape()).boxed().toList())
                    : node.getName() + " (no tensor)")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String describe(String name, OnnxJavaType type, List<Long> shape) {
    return shape.stream()
        .map(axis -> axis == ANY ? "?" : axis.toString())
        .collect(Collectors.joining(", ", name + " " + type + " [", "]"));
  }
}
