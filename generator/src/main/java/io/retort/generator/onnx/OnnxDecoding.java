package io.retort.generator.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.retort.generator.DecoderRows;
import io.retort.generator.GenerationFailedException;
import io.retort.generator.RetroModel;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** One sequence over the decoder graph. T tokens of a call, N rows asked for, M positions. */
final class OnnxDecoding implements RetroModel.Decoding {
  private static final String GRAPH = "decoder";
  private static final Set<String> OUTPUTS = Set.of("logits", "copy_log_probabilities", "gates");
  private static final float MASKED = -1e9f;

  private final OrtSession session;
  private final OrtEnvironment environment;
  private final Handles handles;
  private final KeyValueCaches caches;
  private final KeyValueCache cache;
  private final OnnxMemory none;
  private final RunWatch.Run run;
  private final int vocabulary;
  private int length;
  private boolean open = true;

  OnnxDecoding(
      OrtSession session,
      OrtEnvironment environment,
      Handles handles,
      KeyValueCaches caches,
      KeyValueCache cache,
      OnnxMemory none,
      RunWatch.Run run,
      int vocabulary) {
    this.session = session;
    this.environment = environment;
    this.handles = handles;
    this.caches = caches;
    this.cache = cache;
    this.none = none;
    this.run = run;
    this.vocabulary = vocabulary;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void truncate(int length) {
    if (length < 0 || length > this.length) {
      throw new IllegalArgumentException(
          "cannot shorten %d tokens to %d".formatted(this.length, length));
    }
    this.length = length;
  }

  @Override
  public void append(int[] tokens) {
    run(tokens, null, new long[] {tokens.length - 1}); // the graph gives at least one row
  }

  @Override
  public DecoderRows append(int[] tokens, RetroModel.@Nullable Memory memory) {
    return run(tokens, (OnnxMemory) memory, LongStream.range(0, tokens.length).toArray());
  }

  private DecoderRows run(int[] tokens, @Nullable OnnxMemory memory, long[] rows) {
    int count = tokens.length;
    if (length + count > cache.capacity()) {
      throw new IllegalArgumentException(
          "%d tokens after %d are more than the %d of the cache"
              .formatted(count, length, cache.capacity()));
    }
    OnnxMemory attended = memory == null ? none : memory;
    float[] bias = new float[count * attended.positions()]; // [T, M]
    if (memory == null) {
      Arrays.fill(bias, MASKED);
    }
    try (var inputs = new Tensors(environment, handles)) {
      inputs.add("input_ids", Arrays.stream(tokens).asLongStream().toArray(), 1, count);
      inputs.add("positions", LongStream.range(length, length + count).toArray(), count);
      inputs.add("rows", rows, rows.length);
      inputs.add("seqlens_k", new int[] {length + count - 1}, 1);
      inputs.add("total_sequence_length", new int[] {length + count});
      inputs.add("memory_bias", FloatBuffer.wrap(bias), count, attended.positions());
      Map<String, OnnxTensor> all = new HashMap<>(inputs.byName());
      all.putAll(attended.byName());
      all.putAll(cache.past());
      try (var outputs = session.run(all, OUTPUTS, cache.present(), run.options())) {
        length += count;
        return new DecoderRows(
            rows.length,
            vocabulary,
            memory == null ? 0 : memory.positions(),
            floats(outputs, "logits"),
            floats(outputs, "copy_log_probabilities"),
            floats(outputs, "gates"));
      }
    } catch (OrtException e) {
      throw run.failure(GRAPH, e);
    }
  }

  private static float[] floats(OrtSession.Result outputs, String name) {
    var tensor =
        (OnnxTensor)
            outputs
                .get(name)
                .orElseThrow(() -> new GenerationFailedException("the decoder gave no " + name));
    return tensor.getFloatBuffer().array(); // a copy, on the heap
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      run.close();
      caches.giveBack(cache);
    }
  }
}
