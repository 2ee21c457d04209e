package io.retort.data.store;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list; following {@code nextCursor} to its end shows every object that existed
 * throughout exactly once.
 *
 * @param nextCursor opaque, null at the end
 */
public record Slice<T>(List<T> items, @Nullable String nextCursor) {
  public Slice {
    items = List.copyOf(items);
  }

  public <R> Slice<R> map(Function<? super T, ? extends R> each) {
    return new Slice<>(items.stream().<R>map(each).toList(), nextCursor);
  }
}
