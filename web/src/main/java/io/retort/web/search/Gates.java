package io.retort.web.search;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/** Opens gates, so that nothing waits at one without a metric that tells. */
@Component
public final class Gates {
  private final MeterRegistry registry;

  public Gates(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * A gate with room for everybody.
   *
   * @param queue its name in {@code retort_queue_depth}
   * @param name of what is waited for, in the refusal
   */
  public Gate open(String queue, String name, int running, int waiting) {
    var gate = new Gate(name, running, waiting);
    Gauge.builder("retort.queue.depth", gate, Gate::waiting).tag("queue", queue).register(registry);
    return gate;
  }
}
