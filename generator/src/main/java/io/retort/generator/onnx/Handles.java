package io.retort.generator.onnx;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the native things of one model that are open, and the memory that was taken for them. */
final class Handles {
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  void opened() {
    open.incrementAndGet();
  }

  void closed() {
    open.decrementAndGet();
  }

  int open() {
    return open.get();
  }

  void took(long more) {
    bytes.addAndGet(more);
  }

  void gaveBack(long less) {
    bytes.addAndGet(-less);
  }

  long bytes() {
    return bytes.get();
  }
}
