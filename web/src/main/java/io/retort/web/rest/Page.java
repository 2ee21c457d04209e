package io.retort.web.rest;

import io.retort.data.store.Slice;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A part of a list as the API shows it. */
public record Page<T>(List<T> items, @Nullable String nextCursor) {
  static final int DEFAULT_LIMIT = 50;

  static <S, T> Page<T> of(Slice<S> slice, Function<S, T> view) {
    return new Page<>(slice.items().stream().map(view).toList(), slice.nextCursor());
  }
}
