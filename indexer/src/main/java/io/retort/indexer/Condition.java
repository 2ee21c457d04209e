package io.retort.indexer;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Whether work goes on, and if not, why. Halting is for good: only a restart ends it. */
final class Condition {
  private record Stand(IngestHealth.State state, @Nullable String detail) {}

  private final AtomicReference<Stand> stand =
      new AtomicReference<>(new Stand(IngestHealth.State.RUNNING, null));

  IngestHealth.State state() {
    return stand.get().state();
  }

  @Nullable String detail() {
    return stand.get().detail();
  }

  boolean halted() {
    return state() == IngestHealth.State.HALTED;
  }

  void run() {
    change(new Stand(IngestHealth.State.RUNNING, null));
  }

  void pause(String why) {
    change(new Stand(IngestHealth.State.PAUSED, why));
  }

  void halt(String why, Throwable cause) {
    Stand before = stand.getAndSet(new Stand(IngestHealth.State.HALTED, why));
    if (before.state() != IngestHealth.State.HALTED) {
      System.getLogger(Condition.class.getName())
          .log(System.Logger.Level.ERROR, "ingestion has halted: " + why, cause);
    }
  }

  private void change(Stand next) {
    stand.updateAndGet(now -> now.state() == IngestHealth.State.HALTED ? now : next);
  }
}
