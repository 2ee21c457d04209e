package io.retort.web.fakes;

import io.retort.data.Embedding;
import io.retort.encoder.TextEncoder;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Texts that share words point the same way: a bag of hashed words, at unit length. */
public final class FakeEncoder implements TextEncoder {
  private static final int DIMENSION = 64;
  private final String fingerprint;

  public FakeEncoder(String fingerprint) {
    this.fingerprint = fingerprint;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public int tokens(String text) {
    return text.isBlank() ? 2 : text.strip().split("\\s+").length + 2;
  }

  @Override
  public int maxTokens() {
    return 512;
  }

  @Override
  public Embedding encodePassage(@Nullable String title, String text) {
    return embed(title + " " + text);
  }

  @Override
  public Embedding encodeQuery(String question) {
    return embed(question);
  }

  @Override
  public List<Embedding> encode(List<String> texts) {
    return texts.stream().map(FakeEncoder::embed).toList();
  }

  private static Embedding embed(String text) {
    var values = new float[DIMENSION];
    values[0] = 0.1f;
    for (String word : text.toLowerCase(Locale.ROOT).split("\\W+")) {
      values[Math.floorMod(word.hashCode(), DIMENSION)] += 1;
    }
    double squares = 0;
    for (float value : values) {
      squares += value * value;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= (float) Math.sqrt(squares);
    }
    return new Embedding(values);
  }

  @Override
  public long nativeBytes() {
    return 1_000;
  }

  @Override
  public void close() {}
}
