package io.retort.client;

import org.jspecify.annotations.Nullable;

/** Whether the service is ready, and if not why. */
public record Health(String status, @Nullable String reason) {}
