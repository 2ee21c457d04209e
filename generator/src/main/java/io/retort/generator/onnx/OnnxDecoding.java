package io.retort.generator.onnx;

import ai.onnxruntime.OrtException;
import io.retort.encoder.onnx.OnnxModel;
import io.retort.generator.DecoderRows;
import io.retort.generator.RetroModel;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** One sequence over the decoder graph, with a cache that goes back to the pool. */
final class OnnxDecoding implements RetroModel.Decoding {
  private final OnnxModel model;
  private final DecoderGraph graph;
  private final KeyValueCaches caches;
  private final KeyValueCache cache;
  private final OnnxMemory none;
  private final RunWatch.Run run;
  private int length;
  private boolean open = true;

  OnnxDecoding(
      OnnxModel model,
      DecoderGraph graph,
      KeyValueCaches caches,
      KeyValueCache cache,
      OnnxMemory none,
      RunWatch.Run run) {
    this.model = model;
    this.graph = graph;
    this.caches = caches;
    this.cache = cache;
    this.none = none;
    this.run = run;
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
    append(tokens, none, false, new long[] {tokens.length - 1}); // the graph gives at least one
  }

  @Override
  public DecoderRows append(int[] tokens, RetroModel.@Nullable Memory memory) {
    long[] all = LongStream.range(0, tokens.length).toArray();
    return memory == null
        ? append(tokens, none, false, all)
        : append(tokens, (OnnxMemory) memory, true, all);
  }

  private DecoderRows append(int[] tokens, OnnxMemory memory, boolean attending, long[] rows) {
    if (length + tokens.length > cache.capacity()) {
      throw new IllegalArgumentException(
          "%d tokens after %d are more than the %d of the cache"
              .formatted(tokens.length, length, cache.capacity()));
    }
    try {
      DecoderRows given =
          model.run(
              session ->
                  graph.run(
                      session, tokens, length, cache, memory, attending, rows, run.options()));
      length += tokens.length;
      return given;
    } catch (OrtException e) {
      throw run.failure(DecoderGraph.NAME, e);
    }
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
