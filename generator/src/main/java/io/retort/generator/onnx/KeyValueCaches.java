package io.retort.generator.onnx;

import ai.onnxruntime.OrtException;
import io.retort.encoder.ModelConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Key-value caches from one request to the next: megabytes that would otherwise be taken and
 * cleared for every question. As many as there were sequences at once, each as large as its longest
 * one. Whoever made it closes it.
 */
final class KeyValueCaches implements AutoCloseable {
  private static final int SMALLEST = 256;

  private final ModelConfig.Decoder shape;
  private final Handles handles;
  private final List<KeyValueCache> free = new ArrayList<>();
  private boolean open = true;

  KeyValueCaches(ModelConfig.Decoder shape, Handles handles) {
    this.shape = shape;
    this.handles = handles;
  }

  /** A cache for at least so many tokens, with whatever an earlier sequence left in it. */
  synchronized KeyValueCache take(int tokens) throws OrtException {
    if (tokens > shape.maxPositions()) {
      throw new IllegalArgumentException(
          "a sequence of %d tokens is longer than the model's %d positions"
              .formatted(tokens, shape.maxPositions()));
    }
    free.sort(Comparator.comparingInt(KeyValueCache::capacity));
    for (KeyValueCache cache : free) {
      if (cache.capacity() >= tokens) {
        free.remove(cache);
        return cache;
      }
    }
    if (!free.isEmpty()) {
      free.removeLast().close(); // too small; a larger one takes its place
    }
    int capacity = SMALLEST;
    while (capacity < tokens) {
      capacity *= 2;
    }
    return KeyValueCache.of(Math.min(capacity, shape.maxPositions()), shape, handles);
  }

  synchronized void giveBack(KeyValueCache cache) {
    if (open) {
      free.add(cache);
    } else {
      cache.close();
    }
  }

  @Override
  public synchronized void close() {
    open = false;
    free.forEach(KeyValueCache::close);
    free.clear();
  }
}
