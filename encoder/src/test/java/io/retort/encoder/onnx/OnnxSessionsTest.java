package io.retort.encoder.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.retort.encoder.Device;
import io.retort.encoder.DeviceOutcome;
import io.retort.encoder.DeviceUnavailableException;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelFolder;
import io.retort.encoder.ModelRole;
import io.retort.encoder.onnx.OnnxSessions.Graph;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the CPU build of ONNX Runtime, which refuses CUDA by an OrtException. */
@Tag("FX-4")
class OnnxSessionsTest {
  private static final GraphSignature SIGNATURE =
      new GraphSignature(
          List.of(GraphSignature.Tensor.of("input_ids", OnnxJavaType.INT64, 1, GraphSignature.ANY)),
          List.of(GraphSignature.Tensor.of("embedding", OnnxJavaType.FLOAT, 1, 384)));
  private static final Graph CPU = new Graph(ModelRole.DECODER, SIGNATURE);
  private static final Graph CUDA = new Graph(ModelRole.DECODER_CUDA, SIGNATURE);

  @TempDir Path temp;
  private ModelDirectory models;

  @BeforeEach
  void aFolderWithAGraphForEachDevice() {
    models =
        new ModelFolder(temp)
            .addResource("encoder.onnx", ModelRole.DECODER)
            .addResource("encoder-nan.onnx", ModelRole.DECODER_CUDA)
            .open();
  }

  @Test
  void theCpuIsNoFallbackWhereItWasAskedFor() throws OrtException {
    try (OnnxModel model = open(Device.CPU, false)) {
      assertThat(model.device()).isEqualTo(new DeviceOutcome.Cpu()).hasToString("cpu");
      assertThat(sumOfTheEmbedding(model)).isFinite();
    }
  }

  @Test
  void autoTakesTheCpuWhereTheBuildHasNoCuda() {
    try (OnnxModel model = open(Device.AUTO, false)) {
      assertThat(model.device()).hasToString("cpu");
    }
  }

  @Test
  void cudaThatIsNotThereFallsBackAndSaysWhy() throws OrtException {
    try (OnnxModel model = open(Device.CUDA, true)) {
      assertThat(model.device())
          .isInstanceOfSatisfying(
              DeviceOutcome.Fallback.class, outcome -> assertThat(outcome.reason()).isNotBlank());
      assertThat(model.device().toString()).startsWith("cpu(fallback: ").endsWith(")");
      assertThat(sumOfTheEmbedding(model)).isFinite(); // it is the CPU's graph
    }
  }

  @Test
  void withoutFallbackCudaThatIsNotThereIsRefusedWithTheReason() {
    String reason;
    try (OnnxModel model = open(Device.CUDA, true)) {
      reason = ((DeviceOutcome.Fallback) model.device()).reason();
    }

    assertThatThrownBy(() -> open(Device.CUDA, false))
        .isInstanceOf(DeviceUnavailableException.class)
        .hasMessageContaining(reason)
        .hasCauseInstanceOf(OrtException.class);
  }

  @Test
  void aFolderWithoutAGraphForCudaFallsBackToo() {
    ModelDirectory cpuOnly =
        new ModelFolder(temp.resolve("cpu")).addResource("encoder.onnx", ModelRole.DECODER).open();

    try (OnnxModel model =
        new OnnxSessions(cpuOnly, Device.CUDA, true).open(CPU, CUDA, session -> Optional.empty())) {
      assertThat(model.device()).hasToString("cpu(fallback: the model folder has no decoder_cuda)");
    }
  }

  @Test
  void aClosedModelRefusesWork() {
    OnnxModel model = open(Device.CPU, false);
    model.close();
    model.close();

    assertThatThrownBy(() -> model.run(OrtSession::getNumInputs))
        .isInstanceOf(IllegalStateException.class);
  }

  private OnnxModel open(Device device, boolean fallback) {
    return new OnnxSessions(models, device, fallback)
        .open(CPU, CUDA, session -> Optional.of("no probe runs without CUDA"));
  }

  private static float sumOfTheEmbedding(OnnxModel model) throws OrtException {
    return model.run(
        session -> {
          try (OnnxTensor ids =
                  OnnxTensor.createTensor(OnnxSessions.environment(), new long[][] {{3, 4, 5}});
              OrtSession.Result result = session.run(Map.of("input_ids", ids))) {
            float sum = 0;
            for (float value : ((float[][]) result.get(0).getValue())[0]) {
              sum += value;
            }
            return sum;
          }
        });
  }
}
