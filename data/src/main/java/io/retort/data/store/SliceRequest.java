package io.retort.data.store;

import org.jspecify.annotations.Nullable;

/** Which part of a list is wanted: at most {@code limit} objects after {@code cursor}. */
public record SliceRequest(int limit, @Nullable String cursor) {
  public static final int LARGEST_LIMIT = 1_000;

  public SliceRequest {
    if (limit < 1 || limit > LARGEST_LIMIT) {
      throw new IllegalArgumentException(
          "limit must be between 1 and " + LARGEST_LIMIT + ", but was " + limit);
    }
  }

  public static SliceRequest first(int limit) {
    return new SliceRequest(limit, null);
  }
}
