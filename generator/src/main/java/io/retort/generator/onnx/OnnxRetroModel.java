package io.retort.generator.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.retort.data.RequestLimits;
import io.retort.encoder.ModelConfig;
import io.retort.generator.GenerationFailedException;
import io.retort.generator.ReaderInput;
import io.retort.generator.RetroModel;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The two graphs on ONNX Runtime, one single-threaded session each: parallelism comes from the
 * threads that call. A neighbour is one run, at its exact length.
 */
public final class OnnxRetroModel implements RetroModel {
  private static final String READER = "neighbour_memory";

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Handles handles = new Handles();
  private final OrtSession reader;
  private final OrtSession decoder;
  private final ModelConfig.Decoder shape;
  private final String device;
  private final KeyValueCaches caches;
  private final OnnxMemory none;
  private final RunWatch watch;

  private OnnxRetroModel(OrtSession reader, OrtSession decoder, ModelConfig config, String device)
      throws OrtException {
    this.reader = reader;
    this.decoder = decoder;
    this.shape = config.decoder();
    this.device = device;
    GraphSignature.neighbourMemory(config).require(reader);
    GraphSignature.decoder(config).require(decoder);
    caches = new KeyValueCaches(shape, environment, handles);
    none = OnnxMemory.none(shape, environment, handles);
    watch = new RunWatch(handles);
  }

  @Override
  public Slab read(ReaderInput input, RequestLimits limits) {
    int[] pieces = input.pieces();
    int tokens = input.tokens().length;
    if (tokens == 0) {
      FloatBuffer nothing = FloatBuffer.allocate(0);
      return new OnnxSlab(0, nothing, nothing, nothing, nothing);
    }
    long[] kinds = new long[pieces.length];
    Arrays.fill(kinds, input.asking(), kinds.length, 1);
    try (var run = watch.run(limits);
        var inputs = new Tensors(environment, handles)) {
      try {
        inputs.add("input_ids", longs(pieces), 1, pieces.length);
        inputs.add("token_type_ids", kinds, 1, kinds.length);
        inputs.add("map", longs(input.map()), tokens);
        inputs.add("token_ids", longs(input.tokens()), tokens);
        try (var outputs = reader.run(inputs.byName(), run.options())) {
          return new OnnxSlab(
              tokens,
              floats(outputs, "keys"),
              floats(outputs, "values"),
              floats(outputs, "copy_keys"),
              floats(outputs, "span_scores"));
        }
      } catch (OrtException e) {
        throw run.failure(READER, e);
      }
    } catch (OrtException e) {
      throw new GenerationFailedException("the graph " + READER + " could not be run", e);
    }
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }

  private static FloatBuffer floats(OrtSession.Result outputs, String name) {
    var tensor =
        (OnnxTensor)
            outputs
                .get(name)
                .orElseThrow(() -> new GenerationFailedException(READER + " gave no " + name));
    return tensor.getFloatBuffer(); // a copy, on the heap
  }

  @Override
  public Memory memory(List<Slab> slabs, float[] salience) {
    List<OnnxSlab> own = slabs.stream().map(OnnxSlab.class::cast).toList();
    try {
      return OnnxMemory.of(own, salience, shape, environment, handles);
    } catch (OrtException e) {
      throw new GenerationFailedException("the neighbours' memory could not be made", e);
    }
  }

  @Override
  public Decoding decode(int capacity, RequestLimits limits) {
    try {
      KeyValueCache cache = caches.take(capacity);
      try {
        return new OnnxDecoding(
            decoder,
            environment,
            handles,
            caches,
            cache,
            none,
            watch.run(limits),
            shape.vocabulary());
      } catch (RuntimeException | OrtException e) {
        caches.giveBack(cache);
        throw e;
      }
    } catch (OrtException e) {
      throw new GenerationFailedException("a sequence could not be begun", e);
    }
  }

  @Override
  public String device() {
    return device;
  }

  /** How many native things are open; a model at rest has one, and one a pooled cache. */
  int openHandles() {
    return handles.open();
  }

  @Override
  public void close() {
    watch.close();
    none.close();
    caches.close();
    try {
      reader.close();
      decoder.close();
    } catch (OrtException e) {
      throw new IllegalStateException("a session could not be closed", e);
    }
  }
}
