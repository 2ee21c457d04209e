package io.retort.data;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A typed condition on a document's fields, applied inside a search. Fields: {@code document_id},
 * {@code path}, {@code media_type}, {@code tags}, {@code page}, {@code added_at}, {@code
 * metadata.<name>}. Values are String, Long, Double, Boolean or Instant.
 */
public sealed interface Filter {
  String field();

  /** Some value of the field equals one of {@code values}. */
  record Any(String field, List<Object> values) implements Filter {
    public Any {
      requireNonNull(field, "field");
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new IllegalArgumentException("no values for field " + field);
      }
    }
  }

  /** A bound that is null does not bind; both bounds are of one type: Long, Double or Instant. */
  record Range(
      String field,
      @Nullable Object from,
      boolean fromInclusive,
      @Nullable Object to,
      boolean toInclusive)
      implements Filter {
    public Range {
      requireNonNull(field, "field");
      if (from == null && to == null) {
        throw new IllegalArgumentException("a range needs a bound: " + field);
      }
    }
  }

  record Prefix(String field, String prefix) implements Filter {
    public Prefix {
      requireNonNull(field, "field");
      requireNonNull(prefix, "prefix");
    }
  }

  record Exists(String field) implements Filter {
    public Exists {
      requireNonNull(field, "field");
    }
  }

  record Not(Filter filter) implements Filter {
    public Not {
      requireNonNull(filter, "filter");
    }

    @Override
    public String field() {
      return filter.field();
    }
  }
}
