package io.retort.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An API key; its secret is there only when it was just made. */
public record Key(
    String id,
    String name,
    String prefix,
    List<String> scopes,
    List<String> collections,
    String createdBy,
    Instant createdAt,
    @Nullable Instant expiresAt,
    boolean suspended,
    @Nullable String key) {
  @Override
  public String toString() {
    return "Key[" + id + "]";
  }
}
