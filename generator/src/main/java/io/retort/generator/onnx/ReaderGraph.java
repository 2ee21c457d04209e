package io.retort.generator.onnx;

import static io.retort.encoder.onnx.GraphSignature.ANY;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.retort.encoder.ModelConfig;
import io.retort.encoder.onnx.GraphSignature;
import io.retort.encoder.onnx.GraphSignature.Tensor;
import io.retort.generator.ReaderInput;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The graph {@code neighbour_memory}: one neighbour, at its exact length, to what CCA and the copy
 * head need of it. Its tensors are in docs/formats/model-graphs.md.
 */
record ReaderGraph(Handles handles) {
  static final String NAME = "neighbour_memory";

  static GraphSignature signature(ModelConfig config) {
    ModelConfig.Decoder d = config.decoder();
    long levels = d.ccaLayers().size();
    return new GraphSignature(
        List.of(
            Tensor.of("input_ids", OnnxJavaType.INT64, 1, ANY),
            Tensor.of("token_type_ids", OnnxJavaType.INT64, 1, ANY),
            Tensor.of("map", OnnxJavaType.INT64, ANY),
            Tensor.of("token_ids", OnnxJavaType.INT64, ANY)),
        List.of(
            Tensor.of("keys", OnnxJavaType.FLOAT, levels, d.kvHeads(), ANY, d.headDim()),
            Tensor.of("values", OnnxJavaType.FLOAT, levels, d.kvHeads(), ANY, d.headDim()),
            Tensor.of("copy_keys", OnnxJavaType.FLOAT, ANY, d.copyDim()),
            Tensor.of("span_scores", OnnxJavaType.FLOAT, ANY, 2)));
  }

  /** Reads a neighbour of at least one token. */
  OnnxSlab run(OrtSession session, ReaderInput input, OrtSession.RunOptions options)
      throws OrtException {
    int[] pieces = input.pieces();
    long[] kinds = new long[pieces.length];
    Arrays.fill(kinds, input.asking(), kinds.length, 1);
    int tokens = input.tokens().length;
    try (var inputs = new Tensors(handles)) {
      inputs.add("input_ids", longs(pieces), 1, pieces.length);
      inputs.add("token_type_ids", kinds, 1, kinds.length);
      inputs.add("map", longs(input.map()), tokens);
      inputs.add("token_ids", longs(input.tokens()), tokens);
      try (var outputs = session.run(inputs.byName(), options)) {
        return new OnnxSlab(
            tokens,
            FloatBuffer.wrap(Tensors.copy(outputs, "keys")),
            FloatBuffer.wrap(Tensors.copy(outputs, "values")),
            FloatBuffer.wrap(Tensors.copy(outputs, "copy_keys")),
            FloatBuffer.wrap(Tensors.copy(outputs, "span_scores")));
      }
    }
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }
}
