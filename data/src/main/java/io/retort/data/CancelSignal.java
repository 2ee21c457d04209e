package io.retort.data;

import java.util.ArrayList;
import java.util.List;

/** Set once, from any thread, when nobody waits for a request's result any more. */
public final class CancelSignal {
  private final List<Runnable> actions = new ArrayList<>();
  private volatile boolean cancelled;

  /** Sets it, and runs what was to be run then. */
  public void cancel() {
    List<Runnable> due;
    synchronized (actions) {
      cancelled = true;
      due = List.copyOf(actions);
      actions.clear();
    }
    due.forEach(Runnable::run);
  }

  public boolean cancelled() {
    return cancelled;
  }

  /** Runs {@code action} once, on the thread that cancels; at once if that has happened. */
  public void onCancel(Runnable action) {
    synchronized (actions) {
      if (!cancelled) {
        actions.add(action);
        return;
      }
    }
    action.run();
  }
}
