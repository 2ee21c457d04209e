package io.retort.generator.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.retort.data.RequestLimits;
import io.retort.encoder.DeviceOutcome;
import io.retort.encoder.ModelConfig;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelRole;
import io.retort.encoder.onnx.GraphSignature;
import io.retort.encoder.onnx.OnnxModel;
import io.retort.encoder.onnx.OnnxSessions;
import io.retort.encoder.onnx.OnnxSessions.Graph;
import io.retort.generator.GenerationFailedException;
import io.retort.generator.ReaderInput;
import io.retort.generator.RetroModel;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The two graphs on ONNX Runtime, one single-threaded session each: parallelism comes from the
 * threads that call.
 */
public final class OnnxRetroModel implements RetroModel {
  private final OnnxModel reader;
  private final OnnxModel decoder;
  private final ReaderGraph readerGraph;
  private final DecoderGraph decoderGraph;
  private final Handles handles;
  private final KeyValueCaches caches;
  private final OnnxMemory none;
  private final RunWatch watch;

  private OnnxRetroModel(
      OnnxModel reader, OnnxModel decoder, ModelConfig.Decoder shape, Handles handles)
      throws OrtException {
    this.reader = reader;
    this.decoder = decoder;
    this.handles = handles;
    readerGraph = new ReaderGraph(handles);
    decoderGraph = new DecoderGraph(shape, handles);
    caches = new KeyValueCaches(shape, handles);
    none = OnnxMemory.none(shape, handles);
    watch = new RunWatch(handles);
  }

  /** Opens both graphs of a verified folder and compares them with what its manifest says. */
  public static OnnxRetroModel open(ModelDirectory models, OnnxSessions sessions) {
    ModelConfig config = models.config();
    var handles = new Handles();
    GraphSignature reading = ReaderGraph.signature(config);
    GraphSignature decoding = DecoderGraph.signature(config);
    OnnxModel reader =
        sessions.open(
            new Graph(ModelRole.NEIGHBOUR_MEMORY, reading),
            new Graph(ModelRole.NEIGHBOUR_MEMORY_CUDA, reading),
            session -> Optional.empty()); // the decoder's first step shows whether CUDA computes
    try {
      OnnxModel decoder =
          sessions.open(
              new Graph(ModelRole.DECODER, decoding),
              new Graph(ModelRole.DECODER_CUDA, decoding),
              new DecoderGraph(config.decoder(), handles)::complaint);
      try {
        return new OnnxRetroModel(reader, decoder, config.decoder(), handles);
      } catch (OrtException | RuntimeException e) {
        decoder.close(); // nobody else holds it yet
        throw e;
      }
    } catch (OrtException e) {
      reader.close();
      throw new GenerationFailedException("the model's graphs could not be opened", e);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  @Override
  public Slab read(ReaderInput input, RequestLimits limits) {
    if (input.tokens().length == 0) {
      FloatBuffer nothing = FloatBuffer.allocate(0);
      return new OnnxSlab(0, nothing, nothing, nothing, nothing);
    }
    try (var run = watch.run(limits)) {
      OrtSession.RunOptions options = run.options();
      try {
        return reader.run(session -> readerGraph.run(session, input, options));
      } catch (OrtException e) {
        throw run.failure(ReaderGraph.NAME, e);
      }
    } catch (OrtException e) {
      throw new GenerationFailedException("a neighbour could not be read", e);
    }
  }

  @Override
  public Memory memory(List<Slab> slabs, float[] salience) {
    List<OnnxSlab> own = slabs.stream().map(OnnxSlab.class::cast).toList();
    try {
      return OnnxMemory.of(own, salience, decoderGraph.shape(), handles);
    } catch (OrtException e) {
      throw new GenerationFailedException("the neighbours' memory could not be made", e);
    }
  }

  @Override
  public Decoding decode(int capacity, RequestLimits limits) {
    try {
      KeyValueCache cache = caches.take(capacity);
      try {
        return new OnnxDecoding(decoder, decoderGraph, caches, cache, none, watch.run(limits));
      } catch (RuntimeException | OrtException e) {
        caches.giveBack(cache);
        throw e;
      }
    } catch (OrtException e) {
      throw new GenerationFailedException("a sequence could not be begun", e);
    }
  }

  /** The decoder's device; a fallback of either graph shows. */
  @Override
  public String device() {
    DeviceOutcome outcome =
        reader.device() instanceof DeviceOutcome.Fallback ? reader.device() : decoder.device();
    return outcome.toString();
  }

  @Override
  public long nativeBytes() {
    return reader.weightBytes() + decoder.weightBytes() + handles.bytes();
  }

  /** How many native things are open, besides the sessions. */
  int openHandles() {
    return handles.open();
  }

  @Override
  public void close() {
    watch.close();
    none.close();
    caches.close();
    reader.close();
    decoder.close();
  }
}
