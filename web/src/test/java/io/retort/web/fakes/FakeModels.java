package io.retort.web.fakes;

import io.retort.web.rooms.ModelSource;
import io.retort.web.rooms.RetrievalModels;

/** Models without model files. */
public final class FakeModels implements ModelSource {
  private final String encoderFingerprint;
  private final FakeGenerator generator = new FakeGenerator();

  public FakeModels() {
    this("sha256:fake");
  }

  public FakeModels(String encoderFingerprint) {
    this.encoderFingerprint = encoderFingerprint;
  }

  public FakeGenerator generator() {
    return generator;
  }

  @Override
  public RetrievalModels openRetrieval() {
    return new RetrievalModels(
        new FakeEncoder(encoderFingerprint), new FakeTokenizer(), 64, "fake-encoder", () -> {});
  }

  @Override
  public Decoder openDecoder() {
    return new Decoder(generator, "fake-decoder", "sha256:all", () -> {});
  }
}
