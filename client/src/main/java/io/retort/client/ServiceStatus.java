package io.retort.client;

import org.jspecify.annotations.Nullable;

/** How the service is. */
public record ServiceStatus(
    String version,
    @Nullable String device,
    @Nullable String fingerprint,
    Index index,
    Queues queues,
    Disk disk) {

  public record Index(String state, @Nullable Long chunks, @Nullable Long drift) {}

  public record Queues(int answers, long ingest) {}

  public record Disk(double usedShare) {}
}
