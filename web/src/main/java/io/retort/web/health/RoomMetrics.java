package io.retort.web.health;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.retort.web.rooms.LoadedModels;
import io.retort.web.rooms.Rooms;
import io.retort.web.rooms.RoomsStatus;
import io.retort.web.rooms.StatusBoard;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** How the rooms are, as gauges: asked when they are scraped, NaN while a room is shut. */
@Component
final class RoomMetrics implements MeterBinder {
  private static final List<String> DEVICES = List.of("cpu", "cuda");

  private final Rooms rooms;
  private final StatusBoard board;
  private final Readiness readiness;

  RoomMetrics(Rooms rooms, StatusBoard board, Readiness readiness) {
    this.rooms = rooms;
    this.board = board;
    this.readiness = readiness;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("retort.ready", readiness, r -> r.problem().isEmpty() ? 1 : 0)
        .description("1 while /health answers ready")
        .register(registry);
    Gauge.builder("retort.queue.depth", rooms, r -> r.ingest().health().openOperations())
        .tag("queue", "ingest")
        .register(registry);
    gauge(registry, "retort.index.chunks", status -> orNaN(status.indexChunks()));
    gauge(registry, "retort.index.drift", status -> orNaN(status.indexDrift()));
    gauge(registry, "retort.disk.used.ratio", RoomsStatus::diskUsedShare);
    for (String device : DEVICES) {
      Gauge.builder("retort.device", rooms, r -> isOn(r.modelsIfLoaded(), device) ? 1 : 0)
          .tag("device", device)
          .register(registry);
    }
  }

  private void gauge(MeterRegistry registry, String name, ToDoubleFunction<RoomsStatus> value) {
    Gauge.builder(name, board, b -> value.applyAsDouble(b.status())).register(registry);
  }

  private static double orNaN(@Nullable Long value) {
    return value == null ? Double.NaN : value;
  }

  private static boolean isOn(@Nullable LoadedModels models, String device) {
    return models != null && models.generator().device().startsWith(device);
  }
}
