package io.retort.generator.onnx;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the native things of one model that are open, so that a test can see a leak. */
final class Handles {
  private final AtomicInteger open = new AtomicInteger();

  void opened() {
    open.incrementAndGet();
  }

  void closed() {
    open.decrementAndGet();
  }

  int open() {
    return open.get();
  }
}
