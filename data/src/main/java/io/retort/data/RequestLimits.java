package io.retort.data;

import static java.util.Objects.requireNonNull;

/** The one deadline and the one cancel signal of a request; they travel with every retrieval. */
public record RequestLimits(Deadline deadline, CancelSignal cancel) {
  public RequestLimits {
    requireNonNull(deadline, "deadline");
    requireNonNull(cancel, "cancel");
  }

  /** Whether work for the request should stop now. */
  public boolean over() {
    return cancel.cancelled() || deadline.passed();
  }
}
