package io.retort.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceTest {
  @ParameterizedTest
  @CsvSource({"auto, AUTO", "cpu, CPU", "cuda, CUDA", "CUDA, CUDA"})
  void namesAreRead(String name, Device device) {
    assertThat(Device.parse(name)).isEqualTo(device);
  }

  @Test
  void anUnknownNameIsNotTakenForAuto() {
    assertThatThrownBy(() -> Device.parse("gpu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'gpu'")
        .hasMessageContaining("auto, cpu, cuda");
  }

  @Test
  void anOutcomeIsOneLine() {
    assertThat(new DeviceOutcome.Cpu()).hasToString("cpu");
    assertThat(new DeviceOutcome.Cuda()).hasToString("cuda");
    assertThat(new DeviceOutcome.Fallback(" Failed to\n load\tlibcublas ").toString())
        .isEqualTo("cpu(fallback: Failed to load libcublas)");
  }
}
