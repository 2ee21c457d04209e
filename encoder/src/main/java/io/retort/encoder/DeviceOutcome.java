package io.retort.encoder;

/** The device that a session really runs on. The text of an outcome is its public form. */
public sealed interface DeviceOutcome {
  /** On the CPU, as asked. */
  record Cpu() implements DeviceOutcome {
    @Override
    public String toString() {
      return "cpu";
    }
  }

  record Cuda() implements DeviceOutcome {
    @Override
    public String toString() {
      return "cuda";
    }
  }

  /** On the CPU because CUDA failed. */
  record Fallback(String reason) implements DeviceOutcome {
    public Fallback {
      reason = reason.strip().replaceAll("\\s+", " ");
    }

    @Override
    public String toString() {
      return "cpu(fallback: " + reason + ")";
    }
  }
}
