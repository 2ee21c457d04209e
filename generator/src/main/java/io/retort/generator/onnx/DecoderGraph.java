package io.retort.generator.onnx;

import static io.retort.encoder.onnx.GraphSignature.ANY;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.retort.encoder.ModelConfig;
import io.retort.encoder.onnx.GraphSignature;
import io.retort.encoder.onnx.GraphSignature.Tensor;
import io.retort.generator.DecoderRows;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The graph {@code decoder}: T tokens after those in the cache to N rows over the vocabulary V and
 * the M memory positions. Its tensors are in docs/formats/model-graphs.md.
 *
 * <p>The cache's tensors are input and pinned output at once, so they must not be among the
 * requested outputs: ONNX Runtime would allocate those anew.
 */
record DecoderGraph(ModelConfig.Decoder shape, Handles handles) {
  static final String NAME = "decoder";
  private static final Set<String> REQUESTED = Set.of("logits", "copy_log_probabilities", "gates");
  private static final float MASKED = -1e9f;

  static GraphSignature signature(ModelConfig config) {
    ModelConfig.Decoder d = config.decoder();
    List<Tensor> inputs = new ArrayList<>();
    List<Tensor> outputs = new ArrayList<>();
    inputs.add(Tensor.of("input_ids", OnnxJavaType.INT64, 1, ANY));
    inputs.add(Tensor.of("positions", OnnxJavaType.INT64, ANY));
    inputs.add(Tensor.of("rows", OnnxJavaType.INT64, ANY));
    inputs.add(Tensor.of("seqlens_k", OnnxJavaType.INT32, 1));
    inputs.add(Tensor.of("total_sequence_length", OnnxJavaType.INT32));
    outputs.add(Tensor.of("logits", OnnxJavaType.FLOAT, ANY, d.vocabulary()));
    outputs.add(Tensor.of("copy_log_probabilities", OnnxJavaType.FLOAT, ANY, ANY));
    outputs.add(Tensor.of("gates", OnnxJavaType.FLOAT, ANY));
    long[] cached = {1, d.kvHeads(), ANY, d.headDim()};
    long[] remembered = {d.kvHeads(), ANY, d.headDim()};
    for (String part : List.of("_keys_", "_values_")) {
      for (int layer = 0; layer < d.layers(); layer++) {
        inputs.add(Tensor.of("past" + part + layer, OnnxJavaType.FLOAT, cached));
        outputs.add(Tensor.of("present" + part + layer, OnnxJavaType.FLOAT, cached));
      }
      for (int level = 0; level < d.ccaLayers().size(); level++) {
        inputs.add(Tensor.of("memory" + part + level, OnnxJavaType.FLOAT, remembered));
      }
    }
    inputs.add(Tensor.of("copy_keys", OnnxJavaType.FLOAT, ANY, d.copyDim()));
    inputs.add(Tensor.of("salience", OnnxJavaType.FLOAT, ANY, 2));
    inputs.add(Tensor.of("memory_bias", OnnxJavaType.FLOAT, ANY, ANY));
    return new GraphSignature(inputs, outputs);
  }

  /**
   * Puts tokens after the first {@code past} of the cache.
   *
   * @param attending whether all tokens attend to the memory, or none
   * @param rows the tokens, counted from 0, whose rows are wanted; at least one
   */
  DecoderRows run(
      OrtSession session,
      int[] tokens,
      int past,
      KeyValueCache cache,
      OnnxMemory memory,
      boolean attending,
      long[] rows,
      OrtSession.RunOptions options)
      throws OrtException {
    int count = tokens.length;
    float[] bias = new float[count * memory.positions()]; // [T, M]
    if (!attending) {
      Arrays.fill(bias, MASKED);
    }
    try (var inputs = new Tensors(handles)) {
      inputs.add("input_ids", Arrays.stream(tokens).asLongStream().toArray(), 1, count);
      inputs.add("positions", LongStream.range(past, past + count).toArray(), count);
      inputs.add("rows", rows, rows.length);
      inputs.add("seqlens_k", new int[] {past + count - 1}, 1);
      inputs.add("total_sequence_length", new int[] {past + count});
      inputs.add("memory_bias", FloatBuffer.wrap(bias), count, memory.positions());
      Map<String, OnnxTensor> all = new HashMap<>(inputs.byName());
      all.putAll(memory.byName());
      all.putAll(cache.past());
      try (var outputs = session.run(all, REQUESTED, cache.present(), options)) {
        return new DecoderRows(
            rows.length,
            shape.vocabulary(),
            attending ? memory.positions() : 0,
            Tensors.copy(outputs, "logits"),
            Tensors.copy(outputs, "copy_log_probabilities"),
            Tensors.copy(outputs, "gates"));
      }
    }
  }

  /** What is wrong with a session that is to run on a device for the first time. */
  Optional<String> complaint(OrtSession session) throws OrtException {
    try (var cache = KeyValueCache.of(1, shape, handles);
        var memory = OnnxMemory.none(shape, handles);
        var options = new OrtSession.RunOptions()) {
      int[] token = {shape.endToken()};
      DecoderRows row = run(session, token, 0, cache, memory, false, new long[] {0}, options);
      for (int w = 0; w < shape.vocabulary(); w++) {
        if (!Float.isFinite(row.logit(0, w))) {
          return Optional.of("the decoder's first step gave the logit " + row.logit(0, w));
        }
      }
      return Optional.empty();
    }
  }
}
