package io.retort.web.health;

import io.retort.indexer.IngestHealth;
import io.retort.web.rooms.Rooms;
import java.util.Locale;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.stereotype.Component;

/** Whether uploads are taken and worked on. */
@Component("ingestion")
final class IngestIndicator extends AbstractHealthIndicator {
  private final Rooms rooms;

  IngestIndicator(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    IngestHealth health = rooms.ingest().health();
    if (health.state() == IngestHealth.State.RUNNING) {
      builder.up();
    } else {
      builder.outOfService();
    }
    builder
        .withDetail("state", health.state().name().toLowerCase(Locale.ROOT))
        .withDetail("open_operations", health.openOperations())
        .withDetail("index_drift", health.indexDrift());
    if (health.detail() != null) {
      builder.withDetail("detail", health.detail());
    }
  }
}
