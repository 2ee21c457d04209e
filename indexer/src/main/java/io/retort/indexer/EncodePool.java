package io.retort.indexer;

import io.retort.data.Embedding;
import io.retort.encoder.TextEncoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Encodes chunks on a few threads, one text a call. Each document has only a few texts in the
 * queue, so a long one does not keep a short one waiting.
 */
final class EncodePool implements AutoCloseable {
  private final TextEncoder encoder;
  private final ThreadPoolExecutor threads;
  private final int window;

  /**
   * @param documents how many documents encode at a time at most
   */
  EncodePool(TextEncoder encoder, int size, int documents) {
    this.encoder = encoder;
    window = 2 * size;
    threads =
        new ThreadPoolExecutor(
            size,
            size,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(window * documents),
            Thread.ofPlatform().name("retort-encode-", 0).daemon().factory());
  }

  /**
   * The embeddings of a document's chunks, in their order.
   *
   * @param cancelled asked before each text
   * @param done told how many are finished
   * @throws CancellationException if it was cancelled
   */
  List<Embedding> encode(
      String title, List<String> texts, BooleanSupplier cancelled, IntConsumer done) {
    List<Embedding> embeddings = new ArrayList<>(texts.size());
    ArrayDeque<Future<Embedding>> running = new ArrayDeque<>();
    try {
      for (String text : texts) {
        if (running.size() == window) {
          embeddings.add(result(running.removeFirst()));
          done.accept(embeddings.size());
        }
        if (cancelled.getAsBoolean()) {
          throw new CancellationException("encoding was cancelled");
        }
        running.addLast(threads.submit(() -> encoder.encodePassage(title, text)));
      }
      while (!running.isEmpty()) {
        embeddings.add(result(running.removeFirst()));
        done.accept(embeddings.size());
      }
      return embeddings;
    } finally {
      running.forEach(future -> future.cancel(false));
    }
  }

  private static Embedding result(Future<Embedding> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true; // a text takes milliseconds; cancellation has a signal of its own
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("encoding failed: " + e.getCause(), e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
