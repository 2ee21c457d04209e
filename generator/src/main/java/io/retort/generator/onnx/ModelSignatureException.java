package io.retort.generator.onnx;

/** A graph does not take or give what its manifest makes us expect. */
public final class ModelSignatureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ModelSignatureException(String message) {
    super(message);
  }
}
