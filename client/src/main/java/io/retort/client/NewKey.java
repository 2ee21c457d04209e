package io.retort.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API key that is to be made.
 *
 * @param collections their ids, or {@code *} alone for all
 * @param expiresAt null: never
 */
public record NewKey(
    String name, List<Scope> scopes, List<String> collections, @Nullable Instant expiresAt) {}
