package io.retort.generator.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.retort.encoder.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The tensors that a graph must take and give, as docs/formats/model-graphs.md lists them; checked
 * when the model is opened, so that no run can fail for a name or a shape.
 */
final class GraphSignature {
  /** A dimension that changes from call to call. */
  private static final long ANY = -1;

  private record Port(String name, OnnxJavaType type, long[] shape) {
    @Override
    public String toString() {
      return name + ' ' + describe(type, shape);
    }
  }

  private final String graph;
  private final List<Port> inputs = new ArrayList<>();
  private final List<Port> outputs = new ArrayList<>();

  private GraphSignature(String graph) {
    this.graph = graph;
  }

  static GraphSignature neighbourMemory(ModelConfig config) {
    ModelConfig.Decoder d = config.decoder();
    int levels = d.ccaLayers().size();
    var graph = new GraphSignature("neighbour_memory");
    graph.input("input_ids", OnnxJavaType.INT64, 1, ANY);
    graph.input("token_type_ids", OnnxJavaType.INT64, 1, ANY);
    graph.input("map", OnnxJavaType.INT64, ANY);
    graph.input("token_ids", OnnxJavaType.INT64, ANY);
    graph.output("keys", levels, d.kvHeads(), ANY, d.headDim());
    graph.output("values", levels, d.kvHeads(), ANY, d.headDim());
    graph.output("copy_keys", ANY, d.copyDim());
    graph.output("span_scores", ANY, 2);
    return graph;
  }

  static GraphSignature decoder(ModelConfig config) {
    ModelConfig.Decoder d = config.decoder();
    var graph = new GraphSignature("decoder");
    graph.input("input_ids", OnnxJavaType.INT64, 1, ANY);
    graph.input("positions", OnnxJavaType.INT64, ANY);
    graph.input("rows", OnnxJavaType.INT64, ANY);
    graph.input("seqlens_k", OnnxJavaType.INT32, 1);
    graph.input("total_sequence_length", OnnxJavaType.INT32);
    for (int layer = 0; layer < d.layers(); layer++) {
      for (String part : List.of("keys", "values")) {
        String name = "_" + part + "_" + layer;
        graph.input("past" + name, OnnxJavaType.FLOAT, 1, d.kvHeads(), ANY, d.headDim());
        graph.output("present" + name, 1, d.kvHeads(), ANY, d.headDim());
      }
    }
    for (int level = 0; level < d.ccaLayers().size(); level++) {
      for (String part : List.of("keys", "values")) {
        String name = "memory_" + part + "_" + level;
        graph.input(name, OnnxJavaType.FLOAT, d.kvHeads(), ANY, d.headDim());
      }
    }
    graph.input("copy_keys", OnnxJavaType.FLOAT, ANY, d.copyDim());
    graph.input("salience", OnnxJavaType.FLOAT, ANY, 2);
    graph.input("memory_bias", OnnxJavaType.FLOAT, ANY, ANY);
    graph.output("logits", ANY, d.vocabulary());
    graph.output("copy_log_probabilities", ANY, ANY);
    graph.output("gates", ANY);
    return graph;
  }

  private void input(String name, OnnxJavaType type, long... shape) {
    inputs.add(new Port(name, type, shape));
  }

  private void output(String name, long... shape) {
    outputs.add(new Port(name, OnnxJavaType.FLOAT, shape));
  }

  /**
   * Compares with what a session has.
   *
   * @throws ModelSignatureException if anything is missing, other, or asked for beyond it
   */
  void require(OrtSession session) throws OrtException {
    require("input", inputs, session.getInputInfo());
    require("output", outputs, session.getOutputInfo());
    List<String> known = inputs.stream().map(Port::name).toList();
    for (String name : session.getInputInfo().keySet()) {
      if (!known.contains(name)) {
        throw new ModelSignatureException(
            "%s: the model asks for an input '%s' that this program does not know"
                .formatted(graph, name));
      }
    }
  }

  private void require(String kind, List<Port> expected, Map<String, NodeInfo> offered) {
    for (Port port : expected) {
      NodeInfo node = offered.get(port.name());
      if (node == null
          || !(node.getInfo() instanceof TensorInfo tensor)
          || tensor.type != port.type()
          || !fits(port.shape(), tensor.getShape())) {
        throw new ModelSignatureException(
            "%s: expected an %s '%s', the model has %s"
                .formatted(graph, kind, port, describe(offered)));
      }
    }
  }

  private static boolean fits(long[] expected, long[] offered) {
    if (expected.length != offered.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (expected[i] != ANY && offered[i] != ANY && expected[i] != offered[i]) {
        return false;
      }
    }
    return true;
  }

  private static String describe(Map<String, NodeInfo> offered) {
    return new TreeMap<>(offered)
        .entrySet().stream()
            .map(
                entry ->
                    entry.getValue().getInfo() instanceof TensorInfo tensor
                        ? entry.getKey() + ' ' + describe(tensor.type, tensor.getShape())
                        : entry.getKey())
            .collect(Collectors.joining(", "));
  }

  private static String describe(OnnxJavaType type, long[] shape) {
    return type
        + Arrays.stream(shape)
            .mapToObj(size -> size == ANY ? "?" : Long.toString(size))
            .collect(Collectors.joining(", ", "[", "]"));
  }
}
