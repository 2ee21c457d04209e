package io.retort.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A login address that is to be made.
 *
 * @param collections their ids; null for all
 */
public record NewLogin(
    String name,
    List<Scope> scopes,
    @Nullable List<String> collections,
    @Nullable Integer expiresInSeconds) {}
