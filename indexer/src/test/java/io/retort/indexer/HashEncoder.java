package io.retort.indexer;

import io.retort.data.Embedding;
import io.retort.encoder.TextEncoder;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Embeddings that depend on the text alone and mean nothing; counts what it encodes. */
final class HashEncoder implements TextEncoder {
  private static final int DIMENSION = 8;

  private final String fingerprint;
  private final AtomicInteger passages = new AtomicInteger();

  HashEncoder(String fingerprint) {
    this.fingerprint = fingerprint;
  }

  int passages() {
    return passages.get();
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
    return text.length();
  }

  @Override
  public long nativeBytes() {
    return 0;
  }

  @Override
  public int maxTokens() {
    return 512;
  }

  @Override
  public Embedding encodePassage(@Nullable String title, String text) {
    passages.incrementAndGet();
    return embedding(title + "\n" + text);
  }

  @Override
  public Embedding encodeQuery(String question) {
    return embedding(question);
  }

  @Override
  public List<Embedding> encode(List<String> texts) {
    return texts.stream().map(HashEncoder::embedding).toList();
  }

  private static Embedding embedding(String text) {
    Random random = new Random(text.hashCode());
    double[] values = random.doubles(DIMENSION, -1, 1).toArray();
    double length = 0;
    for (double value : values) {
      length += value * value;
    }
    float[] unit = new float[DIMENSION];
    for (int h = 0; h < DIMENSION; h++) {
      unit[h] = (float) (values[h] / Math.sqrt(length));
    }
    return new Embedding(unit);
  }

  @Override
  public void close() {}
}
