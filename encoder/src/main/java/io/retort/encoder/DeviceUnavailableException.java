package io.retort.encoder;

/** CUDA was asked for, is not to be had, and falling back to the CPU was not allowed. */
public final class DeviceUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DeviceUnavailableException(String reason, Throwable cause) {
    super("CUDA is not available and fallback is off: " + reason, cause);
  }
}
