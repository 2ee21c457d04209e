package io.retort.generator;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * The prompt but its last token on its way into the cache. These positions attend to no neighbour
 * (RETRO, section 2.4: the first attending position is the last of a chunk), so they are computed
 * while neighbours are fetched and read. Must be closed before the {@link RetroModel.Decoding} that
 * it fills.
 */
final class Prefill implements AutoCloseable {
  private final Future<?> done;

  private Prefill(Future<?> done) {
    this.done = done;
  }

  /** Begins on one of the pool's threads; until {@link #await} the decoding is that thread's. */
  static Prefill start(ReaderPool pool, RetroModel.Decoding decoding, int[] prompt) {
    if (prompt.length == 1) {
      return new Prefill(CompletableFuture.completedFuture(true));
    }
    int[] tokens = Arrays.copyOf(prompt, prompt.length - 1);
    return new Prefill(
        pool.submit(
            () -> {
              decoding.append(tokens);
              return true;
            }));
  }

  /**
   * Returns when the prompt is in the cache.
   *
   * @throws RunInterruptedException if the limits ran out meanwhile
   */
  void await() {
    ReaderPool.await(done);
  }

  /** Waits in any case: the cache must not go back to its pool while it is written to. */
  @Override
  public void close() {
    boolean interrupted = false;
    while (!done.isDone()) {
      try {
        done.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        break; // whoever awaited it was told
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
