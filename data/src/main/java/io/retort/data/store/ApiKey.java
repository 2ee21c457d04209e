package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An API key without its secret.
 *
 * @param prefix the beginning of the secret, by which its holder recognises it
 * @param expiresAt null: never
 */
public record ApiKey(
    String id,
    String prefix,
    Grant grant,
    String createdBy,
    Instant createdAt,
    @Nullable Instant expiresAt,
    boolean suspended) {
  public ApiKey {
    requireNonNull(id, "id");
    requireNonNull(prefix, "prefix");
    requireNonNull(grant, "grant");
    requireNonNull(createdBy, "createdBy");
    requireNonNull(createdAt, "createdAt");
  }

  boolean usableAt(Instant now) {
    return !suspended && (expiresAt == null || now.isBefore(expiresAt));
  }
}
