package io.retort.encoder;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * What is opened piece by piece on the way to something whole. Closing it closes the pieces, the
 * last first, unless {@link #keep} has handed them to the whole before.
 */
public final class Openings implements AutoCloseable {
  private final Deque<Runnable> closers = new ArrayDeque<>();

  /** Takes a piece that was just opened, and gives it back. */
  public <T> T add(T piece, Consumer<? super T> close) {
    closers.push(() -> close.accept(piece));
    return piece;
  }

  /** From now on another holds the pieces. */
  public void keep() {
    closers.clear();
  }

  @Override
  public void close() {
    closers.forEach(Runnable::run);
    closers.clear();
  }
}
