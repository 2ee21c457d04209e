package io.retort.web.health;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.IngestTally;
import io.retort.data.store.LedgerStore;
import io.retort.web.problem.ApiException;
import io.retort.web.rooms.LoadedModels;
import io.retort.web.rooms.Rooms;
import io.retort.web.rooms.RoomsStatus;
import io.retort.web.rooms.StatusBoard;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * How the rooms are: asked when they are scraped, NaN while a room is shut. Ingestion is counted by
 * the store, from its opening on.
 */
@Component
final class RoomMetrics implements MeterBinder {
  private static final List<String> DEVICES = List.of("cpu", "cuda");

  private final Rooms rooms;
  private final StatusBoard board;
  private final Readiness readiness;
  private final IngestTally ingested;

  RoomMetrics(Rooms rooms, StatusBoard board, Readiness readiness, LedgerStore store) {
    this.rooms = rooms;
    this.board = board;
    this.readiness = readiness;
    this.ingested = store.ingestTally();
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
    Gauge.builder("retort.index.deleted.ratio", rooms, RoomMetrics::deletedRatio)
        .register(registry);
    gauge(registry, "retort.disk.used.ratio", RoomsStatus::diskUsedShare);
    Gauge.builder("retort.ort.memory", rooms, r -> nativeBytes(r.modelsIfLoaded()))
        .description("Weights of the open graphs and the tensors that are kept for them")
        .baseUnit("bytes")
        .register(registry);
    bindIngestion(registry);
    for (String device : DEVICES) {
      Gauge.builder("retort.device", rooms, r -> isOn(r.modelsIfLoaded(), device) ? 1 : 0)
          .tag("device", device)
          .register(registry);
    }
  }

  private void bindIngestion(MeterRegistry registry) {
    for (DocumentStatus status : DocumentStatus.values()) {
      if (status.isFinal()) {
        FunctionCounter.builder("retort.ingest.documents", ingested, t -> t.documents(status))
            .tag("status", status.name())
            .register(registry);
      }
    }
    FunctionTimer.builder(
            "retort.ingest.job.duration",
            ingested,
            IngestTally::jobs,
            t -> t.jobTime().toMillis(),
            TimeUnit.MILLISECONDS)
        .register(registry);
  }

  private static double deletedRatio(Rooms rooms) {
    try {
      return rooms.deletedRatio();
    } catch (ApiException e) {
      return Double.NaN; // no index is open
    }
  }

  private static double nativeBytes(@Nullable LoadedModels models) {
    return models == null
        ? Double.NaN
        : models.encoder().nativeBytes() + models.generator().nativeBytes();
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
