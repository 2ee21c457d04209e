package io.retort.client;

import org.jspecify.annotations.Nullable;

/** Why a retrieval may be poorer than it should be. */
public record Degraded(String reason, @Nullable Long missing) {}
