package io.retort.web.rooms;

import io.retort.web.settings.RetortSettings;

public final class OnnxModelSource implements ModelSource {
  public OnnxModelSource(RetortSettings settings) {}

  @Override
  public RetrievalModels openRetrieval() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Decoder openDecoder() {
    throw new UnsupportedOperationException();
  }
}
