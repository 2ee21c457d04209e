package io.retort.generator;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that read neighbours, for all requests together. Each read runs on one thread, since
 * neighbours are independent. When the queue is full the asking thread reads itself.
 */
final class ReaderPool implements AutoCloseable {
  private final ThreadPoolExecutor executor;

  ReaderPool(int threads, int queue) {
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queue),
            Thread.ofPlatform().name("retort-reader-", 0).daemon().factory(),
            new ThreadPoolExecutor.CallerRunsPolicy());
  }

  <T> Future<T> submit(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    executor.execute(future);
    return future;
  }

  /** The result of a read; a failed read throws here what it threw there. */
  static <T> T await(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunInterruptedException();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default ->
            throw new GenerationFailedException("a neighbour could not be read", e);
      }
    }
  }

  @Override
  public void close() {
    executor.close();
  }
}
