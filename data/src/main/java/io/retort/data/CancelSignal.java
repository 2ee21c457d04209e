package io.retort.data;

/** Set once, from any thread, when nobody waits for a request's result any more. */
public final class CancelSignal {
  private volatile boolean cancelled;

  public void cancel() {
    cancelled = true;
  }

  public boolean cancelled() {
    return cancelled;
  }
}
