package io.retort.web.runs;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;

/**
 * Work that would take every core it can get (the resampling of a run does), held to one, so that
 * the others are there for those who ask.
 */
final class OneCore {
  private OneCore() {}

  static <T> T call(Callable<T> work) throws InterruptedException {
    var pool = new ForkJoinPool(1);
    try {
      return pool.submit(work).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("figures could not be computed", e.getCause());
    } finally {
      pool.shutdownNow(); // whoever is interrupted does not wait for the end of the work
    }
  }
}
