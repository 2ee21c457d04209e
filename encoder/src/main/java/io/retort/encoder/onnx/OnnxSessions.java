package io.retort.encoder.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.retort.encoder.Device;
import io.retort.encoder.DeviceOutcome;
import io.retort.encoder.DeviceUnavailableException;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelIntegrityException;
import io.retort.encoder.ModelRole;
import io.retort.encoder.VerifiedFile;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that opens ONNX sessions: of verified files only, on the device that was asked for
 * or, where that is allowed and CUDA fails in whatever way, on the CPU. Every session computes on
 * the thread that calls it; many threads may call one session.
 */
public final class OnnxSessions {
  private static final OrtEnvironment ENVIRONMENT = SilentRuntime.start();
  private static final Logger LOG = LoggerFactory.getLogger(OnnxSessions.class);

  private final ModelDirectory models;
  private final Device device;
  private final boolean fallback;

  /**
   * Sessions of one model folder.
   *
   * @param fallback whether a session that CUDA refuses may run on the CPU
   */
  public OnnxSessions(ModelDirectory models, Device device, boolean fallback) {
    this.models = models;
    this.device = device;
    this.fallback = fallback;
  }

  /** A graph of the folder and what it must look like. */
  public record Graph(ModelRole role, GraphSignature signature) {}

  /** A first step on a fixed input, after which a session on CUDA counts as open. */
  @FunctionalInterface
  public interface Probe {
    /** What is wrong with the session, if anything is. */
    Optional<String> complaint(OrtSession session) throws OrtException;
  }

  public static OrtEnvironment environment() {
    return ENVIRONMENT;
  }

  /** Opens a graph that has no form for another device than the CPU. */
  public OnnxModel openOnCpu(Graph graph) {
    return onCpu(graph, new DeviceOutcome.Cpu());
  }

  /**
   * Opens a graph in its form for the device.
   *
   * @throws DeviceUnavailableException if CUDA fails and fallback is off
   * @throws ModelIntegrityException if the file is not a graph of its signature
   */
  public OnnxModel open(Graph cpu, Graph cuda, Probe probe) {
    boolean wanted =
        switch (device) {
          case CPU -> false;
          case CUDA -> true;
          // A build without CUDA has nothing to fall back from.
          case AUTO -> OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
        };
    if (!wanted) {
      return openOnCpu(cpu);
    }
    try {
      return onCuda(cuda, probe);
    } catch (OrtException | LinkageError | CudaUnfitException e) {
      DeviceOutcome.Fallback outcome = new DeviceOutcome.Fallback(String.valueOf(e.getMessage()));
      if (!fallback) {
        throw new DeviceUnavailableException(outcome.reason(), e);
      }
      LOG.warn("{} runs on the CPU, CUDA failed: {}", cpu.role().manifestName(), outcome.reason());
      return onCpu(cpu, outcome);
    }
  }

  private OnnxModel onCpu(Graph graph, DeviceOutcome outcome) {
    VerifiedFile file = models.file(graph.role);
    try (SessionOptions options = optionsForOneThread()) {
      long weights = models.bytesWithWeights(file);
      return new OnnxModel(session(file, graph.signature, options), outcome, weights);
    } catch (OrtException e) {
      throw new ModelIntegrityException(
          file.entry().path(), "ONNX Runtime refuses it: " + e.getMessage(), e);
    }
  }

  private OnnxModel onCuda(Graph graph, Probe probe) throws OrtException {
    VerifiedFile file =
        models
            .find(graph.role)
            .orElseThrow(
                () ->
                    new CudaUnfitException("the model folder has no " + graph.role.manifestName()));
    try (SessionOptions options = optionsForOneThread();
        OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions()) {
      cuda.add("arena_extend_strategy", "kSameAsRequested");
      options.addCUDA(cuda);
      // With it, GPU memory grows whenever another thread runs the session (onnxruntime 29351).
      options.setMemoryPatternOptimization(false);
      OrtSession session = session(file, graph.signature, options);
      try {
        Optional<String> complaint = probe.complaint(session);
        if (complaint.isPresent()) {
          throw new CudaUnfitException(complaint.get());
        }
        return new OnnxModel(session, new DeviceOutcome.Cuda(), models.bytesWithWeights(file));
      } catch (OrtException | RuntimeException | LinkageError e) {
        session.close();
        throw e;
      }
    }
  }

  private OrtSession session(VerifiedFile file, GraphSignature signature, SessionOptions options)
      throws OrtException {
    models.requireUnchanged();
    OrtSession session = environment().createSession(file.path().toString(), options);
    try {
      models.requireUnchanged();
      signature.require(session, file.entry().path());
      return session;
    } catch (OrtException | RuntimeException e) {
      session.close(); // nobody else holds it yet
      throw e;
    }
  }

  /** Parallelism comes from the callers' threads; a second pool beside them would only compete. */
  static SessionOptions optionsForOneThread() throws OrtException {
    SessionOptions options = new SessionOptions();
    try {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return options;
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }

  /** CUDA is there but does not do, or the folder has nothing for it. */
  private static final class CudaUnfitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CudaUnfitException(String message) {
      super(message);
    }
  }
}
